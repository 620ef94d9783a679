import fc from "fast-check";

// That a property fails is enough to know: a small example of it is nobody's to read.
fc.configureGlobal({ endOnFailure: true });
