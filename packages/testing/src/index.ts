export { freePort } from './free-port.ts';
export { createMigratedDatabase } from './migrated-database.ts';
export { startRedis, type TestRedis } from './redis-server.ts';
export { createTestDatabase, type TestDatabase } from './test-database.ts';
export { waitFor } from './wait-for.ts';
