/**
 * What another request of this isolate began, for this one to wait for. Awaited as it is, the rest
 * may run on behalf of the other request once the runtime has optimised the code; the Response that
 * is made then is refused, and the client sees a bare 500. The race is a promise of this request's
 * own, which the runtime settles from within.
 */
export const ofThisRequest = <T>(begun: Promise<T>): Promise<T> => Promise.race([begun]);
