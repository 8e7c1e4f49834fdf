-- The three functions that say whom this transaction is bound to. Row-level-security policies
-- read them as `(SELECT septum.tenant())`, so that PostgreSQL evaluates them once a statement.
--
-- The seal, which the proxy writes transaction-locally into the setting `septum.binding`:
--
--   1 . key id . backend pid . expires . environment . tenant . principal . HMAC-SHA-256
--   1      2          3           4           5        6 (hex)    7 (hex)      8 (hex)
--
-- What the bodies do and avoid, and why:
-- * The text is anybody's until its HMAC is verified, so nothing before that can raise an error
--   (no cast, no decode), and nothing after it looks at text that Septum did not write.
-- * No body holds a backslash, an unqualified relation, a locale or a date in text: the
--   session's settings (standard_conforming_strings, DateStyle, TimeZone, search_path ...)
--   belong to the attacker too.
-- * plpgsql, since a SQL function with a SET clause starts an executor for each call; never
--   IMMUTABLE, which would fold one tenant's answer into a cached plan; never LEAKPROOF.
-- * They write nothing, so they run on a hot standby.

CREATE FUNCTION septum.sealed(part int) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY INVOKER PARALLEL RESTRICTED
    AS $$
DECLARE
    seal text := pg_catalog.current_setting('septum.binding', true);
    mac text;
BEGIN
    -- NULL on a fresh session and '' on a used one are the same: no binding. The upper bound
    -- is that of the longest tenant and principal, so that nobody has us hash megabytes.
    IF seal IS NULL OR pg_catalog.octet_length(seal) NOT BETWEEN 80 AND 1300 THEN
        RETURN NULL;
    END IF;
    -- The message is all before the dot and the 64 digits of its HMAC. Bytes are counted, not
    -- characters: that takes no time, and a seal has none that are longer.
    SELECT pg_catalog.encode(pg_catalog.sha256(key.outer_pad || pg_catalog.sha256(
            key.inner_pad || pg_catalog.substr(pg_catalog.convert_to(seal, 'UTF8'), 1,
                pg_catalog.octet_length(seal) - 65))), 'hex')
        INTO mac
        FROM septum.seal_keys AS key
        WHERE key.id = pg_catalog.split_part(seal, '.', 2)
            AND (key.retire_at IS NULL OR key.retire_at > pg_catalog.now());
    -- A wrong guess is turned away by two numbers, the comparison of which takes the same time
    -- wherever it began to be wrong; only one in 2^64 gets to the next line. Without a key all
    -- is NULL, and so no IF is entered.
    IF pg_catalog.hashtextextended(mac, 0)
            = pg_catalog.hashtextextended(pg_catalog.split_part(seal, '.', 8), 0) THEN
        IF mac = pg_catalog.split_part(seal, '.', 8) THEN
            -- Septum wrote it. Is it of this version, for this backend, and was it fresh when
            -- the transaction began? A long transaction stays bound to its end.
            IF pg_catalog.split_part(seal, '.', 1) = '1'
                AND pg_catalog.split_part(seal, '.', 3) = pg_catalog.pg_backend_pid()::text
                AND pg_catalog.to_timestamp(pg_catalog.split_part(seal, '.', 4)::float8)
                    > pg_catalog.now() THEN
                RETURN pg_catalog.split_part(seal, '.', part);
            END IF;
        END IF;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION septum.sealed(int) IS
    'One part of the verified seal, or NULL. The only copy of the verification. Not callable by '
    'anyone: it reads the keys by the rights of the three functions that call it.';

CREATE FUNCTION septum.tenant() RETURNS {{tenant_type}}
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    RETURN pg_catalog.convert_from(pg_catalog.decode(septum.sealed(6), 'hex'), 'UTF8');
END
$$;
COMMENT ON FUNCTION septum.tenant() IS
    'The tenant that this transaction is bound to, or NULL: then policies show no row. Defends '
    'against SQL that sets `septum.binding` itself, in whatever way: without the key no text '
    'verifies; a seal seen elsewhere names another backend''s pid, and one seen earlier has '
    'expired. SECURITY DEFINER, since the keys are readable by the owner alone; search_path '
    'pinned with pg_temp last, so that nothing temporary can shadow what it reads; PARALLEL '
    'RESTRICTED, since a worker has a pid of its own.';

CREATE FUNCTION septum.principal() RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    RETURN pg_catalog.convert_from(pg_catalog.decode(septum.sealed(7), 'hex'), 'UTF8');
END
$$;
COMMENT ON FUNCTION septum.principal() IS
    'Who acts for the tenant in this transaction, verified as in septum.tenant(), or NULL. For '
    'policies, column defaults and change logs that must not believe the application.';

CREATE FUNCTION septum.environment() RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    RETURN septum.sealed(5);
END
$$;
COMMENT ON FUNCTION septum.environment() IS
    'The environment of the Septum that bound this transaction (production, staging, development '
    'or test), verified as in septum.tenant(), or NULL.';

-- Functions are PUBLIC's to execute unless that is taken back (catalogue S169).
REVOKE ALL ON FUNCTION septum.sealed(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION septum.tenant(), septum.principal(), septum.environment() TO PUBLIC;
