import { env } from "cloudflare:workers";
import { durableLoginThrottle } from "../../../src/persistence/durable/credentials/login-throttle.ts";
import { loginThrottleContract } from "../../contracts/login-throttle.ts";

loginThrottleContract(async () => durableLoginThrottle(env.LOGIN_THROTTLES, (name) => name));
