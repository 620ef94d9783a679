import { DEFERRAL } from "../../src/core/config/constants.ts";

/*
 * What waits for a reply to leave waits a second, and a test that waits for a message waits with
 * it: in these tests it waits a millisecond.
 */
Reflect.deleteProperty(scheduler, "wait"); // what the file of tests before this one put there
const { wait } = scheduler;

scheduler.wait = (milliseconds, options) =>
  wait.call(scheduler, milliseconds === DEFERRAL ? 1 : milliseconds, options);
