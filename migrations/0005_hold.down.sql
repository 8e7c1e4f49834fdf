DROP FUNCTION septum.hold({{tenant_type}}, {{tenant_type}});
