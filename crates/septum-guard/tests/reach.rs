//! What becomes of what a statement reaches, by what the catalog says of it.
#![expect(clippy::unwrap_used, reason = "a test's failure report")]

mod model;

use septum_bind::Binding;
use septum_core::{Environment, Principal, Reason, TenantType};
use septum_guard::{Mode, Policy};
use septum_sql::{MeetValue, Others, parse_script_with};

fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.functions = vec!["public.allowed".into(), "dblink".into(), "crosstab".into()];
    policy
}

fn reason_under(text: &str, policy: Policy) -> Option<Reason> {
    let tenant = TenantType::Text.parse("acme").unwrap();
    let binding = Binding::for_tests(tenant, Principal::new("ann").unwrap());
    model::guard(policy).judge(text, Some(&binding)).err().map(|denial| denial.reason)
}

#[track_caller]
fn each(texts: &[(&str, Option<Reason>)]) {
    for (text, reason) in texts {
        assert_eq!(reason_under(text, policy()), *reason, "{text}");
    }
}

#[test]
fn s33_s103_a_relation_is_reached_only_where_somebody_said_whose_rows_it_has() {
    each(&[
        ("SELECT * FROM accounts", None),
        ("SELECT * FROM countries JOIN accounts USING (name)", None),
        ("SELECT * FROM rates", Some(Reason::Unclassified)),
        ("DELETE FROM rates", Some(Reason::Unclassified)),
        ("SELECT (SELECT max(rate) FROM rates) FROM accounts", Some(Reason::Unclassified)),
        ("WITH rates AS (SELECT 1) SELECT * FROM rates, public.rates", Some(Reason::Unclassified)),
        ("WITH rates AS (SELECT 1) SELECT * FROM rates", None),
        ("SELECT * FROM totals", Some(Reason::Unclassified)),
        ("SELECT last_value FROM numbers", Some(Reason::RelationNotAllowed)),
        ("SELECT nextval('numbers')", None),
        ("UPDATE countries SET name = 'x'", Some(Reason::SharedWrite)),
        (
            "WITH x AS (DELETE FROM countries RETURNING 1) SELECT * FROM x",
            Some(Reason::SharedWrite),
        ),
        (
            "MERGE INTO countries c USING accounts a ON true WHEN MATCHED THEN DELETE",
            Some(Reason::SharedWrite),
        ),
        ("COPY countries FROM STDIN", Some(Reason::SharedWrite)),
        ("COPY countries TO STDOUT", None),
        ("SELECT * FROM made_since", Some(Reason::UnknownRelation)),
        ("SELECT name FROM accounts FOR UPDATE", None),
        ("SELECT a.name FROM accounts a, countries FOR UPDATE OF a", None),
        ("SELECT a.name FROM accounts a, countries FOR UPDATE", Some(Reason::SharedWrite)),
        ("SELECT 'x'::made_since", Some(Reason::UnknownType)),
        ("SELECT made_since(1)", Some(Reason::UnknownFunction)),
        ("SELECT 1 @#@# 2", Some(Reason::UnknownFunction)),
    ]);
}

#[test]
fn s33_the_denial_of_an_unclassified_relation_says_which_lines_would_classify_it() {
    let tenant = TenantType::Text.parse("acme").unwrap();
    let binding = Binding::for_tests(tenant, Principal::new("ann").unwrap());
    let denial = model::guard(policy()).judge("TABLE rates", Some(&binding)).unwrap_err();
    let lines = "`[[relations]] name = \"public.rates\" scope = \"shared\"`";
    assert!(denial.message.contains(lines), "{}", denial.message);
}

#[test]
fn s37_s38_a_view_is_what_its_definition_reaches() {
    each(&[
        ("SELECT * FROM names", None),
        ("SELECT * FROM names_of_names", None),
        ("SELECT * FROM past", Some(Reason::ViewPastPolicies)),
        ("SELECT * FROM through_past", Some(Reason::ViewPastPolicies)),
        ("SELECT * FROM with_rates", Some(Reason::Unclassified)),
        ("SELECT * FROM with_totals", Some(Reason::Unclassified)),
        ("SELECT * FROM sessions", Some(Reason::RelationNotAllowed)),
        ("SELECT * FROM classes", None),
        // Who lists a view has looked at it.
        ("SELECT * FROM listed", None),
        ("DELETE FROM listed", Some(Reason::SharedWrite)),
        ("SELECT * FROM calling", Some(Reason::FunctionNotAllowed)),
        ("SELECT * FROM calling_allowed", None),
        ("UPDATE names SET name = 'x'", Some(Reason::Unclassified)),
    ]);
}

#[test]
fn s27_s40_s132_s169_a_function_of_the_users_runs_only_where_it_is_listed() {
    each(&[
        ("SELECT allowed(1)", None),
        ("SELECT mine(1)", Some(Reason::FunctionNotAllowed)),
        ("SELECT * FROM mine(1)", Some(Reason::FunctionNotAllowed)),
        ("SELECT definer()", Some(Reason::FunctionNotAllowed)),
        // By the types of its arguments it is PostgreSQL's own, or may be the user's.
        ("SELECT lower(name) FROM accounts", None),
        ("SELECT lower(id) FROM accounts", Some(Reason::FunctionNotAllowed)),
        ("SELECT lower($1)", Some(Reason::FunctionNotAllowed)),
        ("SELECT lower($1::text)", None),
        ("SELECT pg_catalog.lower($1)", None),
        ("SELECT a.totalled FROM accounts a", Some(Reason::FunctionNotAllowed)),
        ("SELECT totalled(a) FROM accounts a", Some(Reason::FunctionNotAllowed)),
        ("SELECT (a).totalled FROM accounts a", Some(Reason::FunctionNotAllowed)),
        ("SELECT x.totalled FROM (SELECT 1 AS totalled) x", None),
    ]);
}

#[test]
fn s09_s53a_operators_and_casts_of_the_users_are_functions_of_theirs() {
    each(&[
        ("SELECT id === 'x' FROM accounts", Some(Reason::OperatorNotAllowed)),
        ("SELECT id OPERATOR(public.===) name FROM accounts", Some(Reason::OperatorNotAllowed)),
        ("SELECT m::numeric FROM texts", Some(Reason::FunctionNotAllowed)),
        ("SELECT (m).amount::numeric FROM texts", None),
        ("SELECT id + 1 FROM texts WHERE c = 'x'", None),
    ]);
}

#[test]
fn s128_s130_extensions_are_known_by_what_they_do() {
    each(&[
        ("SELECT c = 'x', c || 'y', h -> 'a', similarity(name, 'x') FROM texts, accounts", None),
        ("SELECT id FROM accounts WHERE name % 'x' ORDER BY name <-> 'x'", None),
        ("SELECT crypt('x', gen_salt('bf')), digest('x', 'sha256')", None),
        // They set something for the rest of the session.
        ("SELECT set_limit(0.1)", Some(Reason::FunctionNotAllowed)),
        ("SELECT isn_weak(true)", Some(Reason::FunctionNotAllowed)),
        // Listed, and refused all the same.
        ("SELECT * FROM dblink('x', 'y') AS z(a int)", Some(Reason::FunctionNotAllowed)),
        ("SELECT * FROM crosstab('SELECT 1') AS z(a text)", Some(Reason::FunctionNotAllowed)),
    ]);
}

#[test]
fn s106_system_columns_are_read_of_postgresqls_own_relations_only() {
    each(&[
        ("SELECT xmin FROM accounts", Some(Reason::SystemColumnNotAllowed)),
        ("SELECT a.ctid FROM accounts a", Some(Reason::SystemColumnNotAllowed)),
        ("DELETE FROM accounts WHERE ctid = '(0,1)'", Some(Reason::SystemColumnNotAllowed)),
        ("SELECT tableoid FROM accounts", None),
        ("SELECT x.xmin FROM (SELECT 1 AS xmin FROM accounts) x", None),
        ("SELECT t.xmin FROM pg_type t", None),
    ]);
    let mut locking = policy();
    locking.system_columns = true;
    assert_eq!(reason_under("SELECT xmin FROM accounts", locking), None);
}

/// What meets the tenant column, for the log (catalogue S158).
fn meets(text: &str) -> Vec<String> {
    let script = parse_script_with(text, Others::Refuse, Some(&model::model())).unwrap();
    let meets = script.iter().flat_map(|one| &one.facts().reach.meets);
    let told = |value: &MeetValue| match value {
        MeetValue::Literal(text) => text.to_string(),
        MeetValue::Parameter(number) => format!("${number}"),
        MeetValue::ParameterArray(number) => format!("${number}[]"),
    };
    meets.map(|meet| told(&meet.value)).collect()
}

#[test]
fn s158_values_that_meet_the_tenant_column_are_seen_in_every_form() {
    for (text, values) in [
        ("SELECT * FROM accounts WHERE tenant_id = 'x'", &["x"][..]),
        ("SELECT * FROM accounts a WHERE $2 = a.tenant_id::varchar", &["$2"]),
        ("SELECT * FROM accounts WHERE tenant_id IN ('x', $1, 'y')", &["x", "$1", "y"]),
        ("SELECT * FROM accounts WHERE tenant_id = ANY ($1)", &["$1[]"]),
        ("SELECT * FROM accounts WHERE tenant_id = ANY ($1::text[])", &["$1[]"]),
        ("SELECT * FROM accounts WHERE tenant_id = ANY (ARRAY['x', $1])", &["x", "$1"]),
        ("SELECT * FROM accounts WHERE tenant_id = ANY ('{x,\"y\"}')", &["x", "y"]),
        ("SELECT * FROM accounts WHERE tenant_id BETWEEN 'x' AND 'y'", &["x", "y"]),
        ("SELECT * FROM accounts WHERE tenant_id = ANY ('{x, null}')", &["x"]),
        ("SELECT * FROM accounts WHERE tenant_id <> 'x'", &["x"]),
        ("SELECT * FROM accounts WHERE tenant_id LIKE 'x%'", &[]),
        ("SELECT * FROM accounts WHERE (id, tenant_id) = (1, 'x')", &["x"]),
        ("SELECT * FROM accounts WHERE (id, tenant_id) IN ((1, 'x'), (2, 'y'))", &["x", "y"]),
        ("SELECT * FROM (SELECT tenant_id AS k FROM accounts) z WHERE k = 'x'", &["x"]),
        ("WITH w AS (SELECT * FROM accounts) SELECT * FROM w WHERE w.tenant_id = 'x'", &["x"]),
        ("INSERT INTO accounts VALUES (1, 'x'), (2, $1)", &["x", "$1"]),
        ("INSERT INTO accounts (tenant_id, id) VALUES ('x', 1)", &["x"]),
        ("INSERT INTO accounts (tenant_id, id) SELECT 'x', 1", &["x"]),
        ("UPDATE accounts SET tenant_id = 'x'", &["x"]),
        ("UPDATE accounts SET (id, tenant_id) = (1, 'x')", &["x"]),
        (
            "INSERT INTO accounts (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET tenant_id = 'x'",
            &["x"],
        ),
        (
            "MERGE INTO accounts a USING b ON a.id = b.id WHEN NOT MATCHED THEN INSERT (tenant_id) VALUES ('x')",
            &["x"],
        ),
        ("SELECT * FROM accounts JOIN b USING (tenant_id)", &[]),
        ("SELECT * FROM accounts WHERE name = 'x' AND id = 1", &[]),
    ] {
        assert_eq!(meets(text), values, "{text}");
    }
}

/// Names are looked up in a time that grows with the statement only (catalogue S150).
#[test]
fn s150_names_are_resolved_in_time() {
    let nested = (0..24).fold("SELECT * FROM accounts".to_owned(), |inner, _| {
        format!("SELECT x.*, x.* FROM ({inner}) x")
    });
    let wide = format!("SELECT {} FROM t, s, x, y", vec!["y.length"; 20_000].join(","));
    let ctes: Vec<String> = (0..3000).map(|at| format!("c{at} AS (SELECT 1)")).collect();
    let many = format!("WITH {} SELECT * FROM {}", ctes.join(","), vec!["c0"; 3000].join(","));
    let within = (0..20).fold("1".to_owned(), |inner, _| {
        format!("percentile_cont(0.5) WITHIN GROUP (ORDER BY {inner})")
    });
    for text in [nested, wide, many, format!("SELECT {within}")] {
        let start = std::time::Instant::now();
        let _ = reason_under(&text, policy());
        assert!(start.elapsed().as_secs() < 10, "{}: {:?}", &text[..40], start.elapsed());
    }
}

#[test]
fn s9_s49_a_column_is_looked_for_where_the_server_finds_it() {
    let outside = "FROM (SELECT 'x'::text AS value, 'x'::text AS column2) o";
    for inside in [
        "jsonb_array_elements('[1]')",
        "jsonb_array_elements('[1]') AS other",
        "(SELECT (jsonb_each('{}')).*) s",
    ] {
        let text = format!("SELECT (SELECT lower(value) FROM {inside}) {outside}");
        each(&[(&text, Some(Reason::FunctionNotAllowed))]);
    }
    let values = format!(
        "SELECT (SELECT lower(column2) FROM LATERAL (VALUES (p.*)) v) {outside}, \
         (SELECT 1, '{{}}'::jsonb) p"
    );
    each(&[
        (&values, Some(Reason::FunctionNotAllowed)),
        (
            "SELECT (SELECT lower(public.documents.v) FROM papers documents) FROM documents",
            Some(Reason::FunctionNotAllowed),
        ),
        ("SELECT lower(v) FROM papers", None),
    ]);
}

#[test]
fn s105_s106_nothing_numbers_the_writes_of_all_tenants() {
    each(&[
        ("SELECT (a).xmin FROM accounts a", Some(Reason::SystemColumnNotAllowed)),
        ("SELECT (a.*).ctid FROM accounts a", Some(Reason::SystemColumnNotAllowed)),
        ("SELECT (accounts).cmin FROM accounts", Some(Reason::SystemColumnNotAllowed)),
        ("SELECT age('3'::xid)", Some(Reason::FunctionNotAllowed)),
        ("SELECT mxid_age('1'::xid)", Some(Reason::FunctionNotAllowed)),
        ("SELECT age(closed_at) FROM deals", None),
    ]);
}

#[test]
fn s10_s121_observing_lets_nothing_run_that_no_configuration_could_contain() {
    let observe = || Policy::new(Mode::Observe, Environment::Production).unwrap();
    for (text, reason) in [
        (
            "UPDATE pg_settings SET setting = 'crm' WHERE name = 'search_path'",
            Some(Reason::RelationNotAllowed),
        ),
        ("SELECT query_to_xml('SELECT 1', true, true, '')", Some(Reason::FunctionNotAllowed)),
        ("SELECT * FROM dblink('', '') AS t (x int)", Some(Reason::FunctionNotAllowed)),
        (
            "SELECT current_setting(x) FROM (VALUES ('septum.token')) v (x)",
            Some(Reason::FunctionNotAllowed),
        ),
        ("SELECT mine(1)", None),
        ("SELECT * FROM rates", None),
    ] {
        assert_eq!(reason_under(text, observe()), reason, "{text}");
    }
}
