import type { MailRequest, MailRequests } from "../../use-cases/accounts/mail-request.ts";
import { outageOf } from "../outage.ts";

export const mailRequests = (queue: Pick<Queue<MailRequest>, "send">): MailRequests => ({
  async send(request) {
    try {
      await queue.send(request, { contentType: "json" });
    } catch (cause) {
      throw outageOf("mail requests", cause);
    }
  },
});
