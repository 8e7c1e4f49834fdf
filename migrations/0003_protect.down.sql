-- Tables stay protected: their policies need septum.tenant() only.
DROP FUNCTION septum.protect(regclass, name);
