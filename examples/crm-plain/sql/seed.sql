-- Three customers with 114,000 rows between them: the same rows on each run, from arithmetic
-- and md5 alone. Run as a superuser, whom row-level security does not bind.

CREATE TEMP TABLE seed_tenant (tenant_id uuid, name text, accounts int) ON COMMIT PRESERVE ROWS;
INSERT INTO seed_tenant VALUES
    ('acacacac-0000-4000-8000-000000000001', 'acme', 5000),
    ('60be0e00-0000-4000-8000-000000000002', 'globex', 3000),
    ('1217ec40-0000-4000-8000-000000000003', 'initech', 1500);

CREATE TEMP TABLE seed_words AS SELECT
    '{Amber,Birch,Cobalt,Delta,Ember,Falcon,Granite,Harbour,Iris,Juniper,Kestrel,Lumen,Maple,Nimbus,Orchid,Pioneer,Quartz,River,Summit,Tundra,Umbra,Vertex,Willow}'::text[] AS first,
    '{Analytics,Bakery,Chemicals,Dairy,Energy,Foods,Glass,Hotels,Insurance,Joinery,Kitchens,Logistics,Motors,Networks,Optics,Paper,Robotics,Software,Textiles}'::text[] AS second,
    '{AG,GmbH,Ltd,Inc,BV,SA,Oy}'::text[] AS form,
    '{Berlin,Bergen,Bilbao,Bristol,Ghent,Graz,Lyon,Porto,Tampere,Turin,Utrecht}'::text[] AS city,
    '{Ada,Boris,Chiara,Dmitri,Elif,Femi,Greta,Hugo,Ines,Jonas,Kaja,Lars,Mira,Noor,Otto,Priya,Quinn,Rosa,Sven,Tove,Uma,Vera,Wim}'::text[] AS given,
    '{Almeida,Berg,Costa,Dahl,Eriksen,Fischer,Garcia,Haas,Ivanov,Jansen,Kaya,Lindholm,Moreau,Novak,Okafor,Peeters,Rossi,Schmidt,Tanaka}'::text[] AS family,
    '{enterprise,partner,churn-risk,priority,newsletter}'::text[] AS tag;

INSERT INTO currencies VALUES
    ('EUR', 'Euro'), ('USD', 'US dollar'), ('GBP', 'Pound sterling'), ('SEK', 'Swedish krona');

-- A name tells whose row it is, so that a leak would be seen at once: Amber Bakery GmbH (acme 17).
INSERT INTO accounts (tenant_id, id, name, industry, city, website, tags, profile, created_at)
SELECT t.tenant_id, md5(t.name || '/account/' || n)::uuid,
    format('%s %s %s (%s %s)', w.first[1 + n * 7 % 23], w.second[1 + n * 5 % 19],
        w.form[1 + n % 7], t.name, n),
    lower(w.second[1 + n * 5 % 19]), w.city[1 + n * 3 % 11],
    format('https://%s-%s.example', lower(w.first[1 + n * 7 % 23]), n),
    CASE WHEN n % 3 = 0 THEN ARRAY[w.tag[1 + n % 5], w.tag[1 + (n + 2) % 5]] ELSE '{}' END,
    jsonb_build_object('employees', 5 + n * 37 % 4000, 'score', n * 13 % 100),
    timestamptz '2024-01-01 09:00+00' + n % 360 * interval '1 day'
FROM seed_tenant t, seed_words w, generate_series(1, t.accounts) n;

INSERT INTO contacts (tenant_id, id, account_id, name, email, phones, preferences, created_at)
SELECT t.tenant_id, md5(t.name || '/contact/' || n)::uuid,
    md5(t.name || '/account/' || 1 + n % t.accounts)::uuid,
    w.given[1 + n * 11 % 23] || ' ' || w.family[1 + n * 7 % 19],
    format('%s.%s.%s@%s.example', lower(w.given[1 + n * 11 % 23]),
        lower(w.family[1 + n * 7 % 19]), n, t.name),
    ARRAY[format('+49 30 %s', 1000000 + n * 7919 % 9000000)],
    jsonb_build_object('language', CASE n % 3 WHEN 0 THEN 'de' WHEN 1 THEN 'en' ELSE 'fr' END),
    timestamptz '2024-02-01 10:00+00' + n % 330 * interval '1 day'
FROM seed_tenant t, seed_words w, generate_series(1, t.accounts * 5 / 2) n;

INSERT INTO deals (tenant_id, id, account_id, title, stage, amount_cents, currency, closes_on,
    updated_at)
SELECT t.tenant_id, md5(t.name || '/deal/' || n)::uuid,
    md5(t.name || '/account/' || 1 + n % t.accounts)::uuid,
    format('%s for %s', CASE n % 4 WHEN 0 THEN 'Renewal' WHEN 1 THEN 'Pilot'
        WHEN 2 THEN 'Roll-out' ELSE 'Extension' END, w.second[1 + n * 5 % 19]),
    (enum_range(NULL::deal_stage))[1 + n * 3 % 5], 100000 + n::bigint * 7919 % 25000000,
    (ARRAY['EUR', 'USD', 'GBP', 'SEK'])[1 + n % 4],
    date '2025-01-15' + n % 350, timestamptz '2025-01-01 08:00+00' + n % 340 * interval '1 day'
FROM seed_tenant t, seed_words w, generate_series(1, t.accounts * 3 / 2) n;

INSERT INTO activities (tenant_id, id, occurred_at, account_id, contact_id, kind, summary, details)
SELECT t.tenant_id, md5(t.name || '/activity/' || n)::uuid,
    timestamptz '2025-01-01 00:00+00' + n::bigint * 10007 % 525600 * interval '1 minute',
    md5(t.name || '/account/' || 1 + n % t.accounts)::uuid,
    -- The contact's own account: both follow from the same remainder.
    CASE WHEN n % 2 = 0 AND n <= t.accounts * 5 / 2
        THEN md5(t.name || '/contact/' || n)::uuid END,
    (enum_range(NULL::activity_kind))[1 + n * 3 % 4],
    format('%s about %s', CASE n * 3 % 4 WHEN 0 THEN 'Call' WHEN 1 THEN 'E-mail'
        WHEN 2 THEN 'Meeting' ELSE 'Task' END, lower(w.second[1 + n * 11 % 19])),
    jsonb_build_object('minutes', 5 + n % 55, 'outcome',
        CASE n % 3 WHEN 0 THEN 'answered' WHEN 1 THEN 'follow up' ELSE 'none' END)
FROM seed_tenant t, seed_words w, generate_series(1, t.accounts * 6) n;

INSERT INTO notes (tenant_id, id, account_id, body, created_at)
SELECT t.tenant_id, md5(t.name || '/note/' || n)::uuid,
    md5(t.name || '/account/' || 1 + n % t.accounts)::uuid,
    format('Confidential to %s: discount up to %s %% for account %s.', t.name, 5 + n % 30,
        1 + n % t.accounts),
    timestamptz '2025-03-01 12:00+00' + n % 300 * interval '1 day'
FROM seed_tenant t, generate_series(1, t.accounts) n;

DROP TABLE seed_tenant, seed_words;
ANALYZE;
