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
    explanation: z.string().meta({ description: "What happened." }),
    client: z.string().meta({ description: "What a client does." }),
    operator: z.string().optional().meta({ description: "What an operator does." }),
  })
  .meta({ id: "ProblemExplained" });

const places = z
  .object({
    name: z.string(),
    description: z.string(),
    issuer: z.string(),
    documentation: z.string(),
    openapi: z.string(),
    jwks: z.string(),
    health: z.string(),
  })
  .meta({ id: "Places" });

const PAGE = ["text/html"];

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
  "GET /": {
    id: "root",
    summary: "What this is, and where to go",
    description: "A page for whoever asks for `text/html`.",
    replies: { 200: { description: "Addresses.", body: places, asText: PAGE } },
  },
  "GET /problems/:code": {
    id: "explainProblem",
    summary: "What an error's `type` points to",
    description: "A page for whoever asks for `text/html`.",
    replies: {
      200: { description: "What happened, and what to do.", body: explained, asText: PAGE },
    },
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
