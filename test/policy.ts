export { isAction, leastPrivilege } from '../src/collect/aws/policy.ts';
