import type { Event, EventType } from "../../../domain/events/event.ts";

/*
 * Events in the shape of the Open Cybersecurity Schema Framework, version 1.3, for those who feed a
 * SIEM: Account Change (3001), Authentication (3002), and Entity Management (3004) for what is no
 * account. What the schema has no field for stands in `unmapped`.
 */

const VERSION = "1.3.0";
const PRODUCT = { name: "auth-service" };
const CATEGORY = 3; // Identity & Access Management

/** The activities of a class, as the schema numbers them. */
const ACCOUNT = {
  class: 3001,
  create: 1,
  enable: 2,
  password: 3,
  reset: 4,
  disable: 5,
  delete: 6,
} as const;
const AUTHENTICATION = { class: 3002, logon: 1, logoff: 2 } as const;
const ENTITY = { class: 3004, create: 1, update: 3, delete: 4 } as const;
const OTHER = 99;
const ATTACH_POLICY = 7;
const DETACH_POLICY = 8;
const LOCK = 9;

type Meaning = readonly [classUid: number, activity: number];

const MEANINGS: Readonly<Record<EventType, Meaning>> = {
  "factor.added": [ACCOUNT.class, OTHER],
  "factor.failed": [AUTHENTICATION.class, OTHER],
  "factor.locked": [ACCOUNT.class, LOCK],
  "factor.recovery_code_used": [AUTHENTICATION.class, OTHER],
  "factor.recovery_codes_renewed": [ACCOUNT.class, OTHER],
  "factor.removed": [ACCOUNT.class, OTHER],
  "factor.reset": [ACCOUNT.class, OTHER],
  "key.created": [ENTITY.class, ENTITY.create],
  "key.removed": [ENTITY.class, ENTITY.delete],
  "key.revoked": [ENTITY.class, ENTITY.update],
  "key.rewrapped": [ENTITY.class, ENTITY.update],
  "key.scheduled": [ENTITY.class, ENTITY.update],
  "key.withdrawn": [ENTITY.class, ENTITY.update],
  "proof.failed": [AUTHENTICATION.class, OTHER],
  "proof.locked": [ACCOUNT.class, LOCK],
  "refresh.replayed_elsewhere": [AUTHENTICATION.class, OTHER],
  "refresh.reused": [AUTHENTICATION.class, OTHER],
  "role.created": [ENTITY.class, ENTITY.create],
  "role.deleted": [ENTITY.class, ENTITY.delete],
  "role.updated": [ENTITY.class, ENTITY.update],
  "service_account.created": [ACCOUNT.class, ACCOUNT.create],
  "service_account.deleted": [ACCOUNT.class, ACCOUNT.delete],
  "service_account.role.assigned": [ACCOUNT.class, ATTACH_POLICY],
  "service_account.role.removed": [ACCOUNT.class, DETACH_POLICY],
  "service_account.secret.created": [ACCOUNT.class, OTHER],
  "service_account.secret.ended": [ACCOUNT.class, OTHER],
  "service_account.updated": [ACCOUNT.class, OTHER],
  "session.opened": [AUTHENTICATION.class, AUTHENTICATION.logon],
  "session.revoked": [AUTHENTICATION.class, AUTHENTICATION.logoff],
  "sign_in.failed": [AUTHENTICATION.class, AUTHENTICATION.logon],
  "sign_in.locked": [ACCOUNT.class, LOCK],
  "user.changed_by_hand": [ACCOUNT.class, OTHER],
  "user.created": [ACCOUNT.class, ACCOUNT.create],
  "user.deleted": [ACCOUNT.class, ACCOUNT.delete],
  "user.disabled": [ACCOUNT.class, ACCOUNT.disable],
  "user.email.changed": [ACCOUNT.class, OTHER],
  "user.email.verified": [ACCOUNT.class, OTHER],
  "user.enabled": [ACCOUNT.class, ACCOUNT.enable],
  "user.exported": [ACCOUNT.class, OTHER],
  "user.imported": [ACCOUNT.class, ACCOUNT.create],
  "user.invited": [ACCOUNT.class, ACCOUNT.create],
  "user.password.changed": [ACCOUNT.class, ACCOUNT.password],
  "user.password.reset": [ACCOUNT.class, ACCOUNT.reset],
  "user.registered": [ACCOUNT.class, ACCOUNT.create],
  "user.renamed": [ACCOUNT.class, OTHER],
  "user.role.assigned": [ACCOUNT.class, ATTACH_POLICY],
  "user.role.removed": [ACCOUNT.class, DETACH_POLICY],
};

/** What somebody should look at. */
const HIGH: ReadonlySet<EventType> = new Set(["refresh.reused", "key.revoked", "sign_in.locked"]);

const INFORMATIONAL = 1;
const MEDIUM = 3;
const SEVERE = 4;

function severityOf({ type, outcome }: Event): number {
  if (HIGH.has(type)) return SEVERE;
  return outcome === "failure" ? MEDIUM : INFORMATIONAL;
}

/** @returns one event of the schema; its status is 1 for success and 2 for failure */
export function ocsfOf(event: Event) {
  const { actor, context, data, subject } = event;
  const [classUid, activity] = MEANINGS[event.type];
  const isAccount = subject.kind === "user" || subject.kind === "service_account";
  return {
    metadata: {
      version: VERSION,
      product: { ...PRODUCT, vendor_name: PRODUCT.name },
      uid: event.id,
      event_code: event.type,
      ...(event.seq === null ? {} : { sequence: event.seq }),
      ...(context.requestId === null ? {} : { correlation_uid: context.requestId }),
    },
    category_uid: CATEGORY,
    class_uid: classUid,
    activity_id: activity,
    type_uid: classUid * 100 + activity,
    time: event.occurredAt,
    severity_id: severityOf(event),
    status_id: event.outcome === "success" ? 1 : 2,
    ...(event.reason === null ? {} : { status_detail: event.reason }),
    actor: { user: { uid: actor.id, type: actor.kind } },
    ...(isAccount
      ? { user: { uid: subject.id, type: subject.kind } }
      : { entity: { uid: subject.id, type: subject.kind } }),
    // What was signed in to: the class asks for it.
    ...(classUid === AUTHENTICATION.class ? { service: PRODUCT } : {}),
    ...(context.ip === null ? {} : { src_endpoint: { ip: context.ip } }),
    ...(context.userAgent === null ? {} : { http_request: { user_agent: context.userAgent } }),
    unmapped: data,
  };
}
