-- No CASCADE: a policy that still reads `septum.tenant()` stops this.
DROP FUNCTION septum.tenant(), septum.principal(), septum.environment();
DROP FUNCTION septum.sealed(int);
