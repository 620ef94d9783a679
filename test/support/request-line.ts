/** The line of a request, as the service writes it. */
export const LINE = {
  event: "request",
  requestId: "req-1",
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  method: "POST",
  route: "/v1/auth/login",
  status: 200,
  outcome: "ok",
  duration: 312,
} as const;
