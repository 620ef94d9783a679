import { loginThrottleContract } from "../../contracts/login-throttle.ts";
import { memoryLoginThrottle } from "../../support/fakes/login-throttle.ts";

loginThrottleContract(async () => memoryLoginThrottle(Date.now));
