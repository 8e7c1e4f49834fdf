DROP FUNCTION septum.hold;
