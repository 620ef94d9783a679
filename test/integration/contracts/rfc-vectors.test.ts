import { rfcVectors } from "../../contracts/rfc-vectors.ts";

rfcVectors();
