import * as z from "zod";
import { PROBLEMS } from "../http/problems.ts";
import type { Operations } from "./operation.ts";

const state = z.enum(["ok", "unavailable"]);

const health = z
  .object({
    status: state,
    checks: z.record(z.string(), z.object({ status: state, duration_ms: z.number() })),
  })
  .meta({ id: "Health" });

const explained = z
  .object({
    code: z.enum(Object.keys(PROBLEMS)),
    status: z.int(),
    title: z.string(),
    explanation: z.string(),
  })
  .meta({ id: "ProblemExplained" });

export const serviceOperations: Operations = {
  "GET /health/live": {
    id: "live",
    summary: "Whether the code runs",
    replies: {
      200: { description: "It does.", body: z.object({ status: z.literal("ok") }) },
    },
  },
  "GET /health/ready": {
    id: "ready",
    summary: "Whether every dependency answers, and how fast",
    replies: {
      200: { description: "All of them do.", body: health },
      503: { description: "One does not.", body: health },
    },
  },
  "GET /problems/:code": {
    id: "explainProblem",
    summary: "What an error's `type` points to",
    replies: { 200: { description: "What happened, and what to do.", body: explained } },
  },
  "GET /openapi.json": {
    id: "openapi",
    summary: "This document",
    replies: {
      200: {
        description: "OpenAPI 3.1.",
        body: z.looseObject({}),
        headers: { etag: "Its version." },
      },
    },
  },
};
