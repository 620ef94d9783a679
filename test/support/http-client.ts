/** A reply of the service over the network. */
export type HttpReply = {
  readonly status: number;
  readonly requestId: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and assert what they find
  readonly body: any;
};

/** A client of a server that runs elsewhere. It rejects when the connection breaks. */
export function httpClient(base: string) {
  const call = async (
    method: string,
    path: string,
    options: { readonly token?: string; readonly body?: unknown } = {},
  ): Promise<HttpReply> => {
    const headers = new Headers({ "content-type": "application/json" });
    if (options.token !== undefined) headers.set("authorization", `Bearer ${options.token}`);
    const body = options.body === undefined ? null : JSON.stringify(options.body);
    const response = await fetch(`${base}${path}`, { method, headers, body });
    const text = await response.text();
    const requestId = response.headers.get("x-request-id") ?? "";
    return { status: response.status, requestId, body: text === "" ? null : JSON.parse(text) };
  };

  return {
    call,
    register: (email: string, password: string) =>
      call("POST", "/v1/auth/register", { body: { email, password } }),
    signIn: (email: string, password: string) =>
      call("POST", "/v1/auth/login", { body: { email, password } }),
    refresh: (token: string) =>
      call("POST", "/v1/auth/refresh", { body: { refresh_token: token } }),
    me: (token: string) => call("GET", "/v1/users/me", { token }),
  };
}
