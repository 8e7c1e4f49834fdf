use std::collections::BTreeSet;

use super::description::{Key, Kind, spellings};
use super::*;
use septum_gateway::{JwksLocation, Upstream};

const REFERENCE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/septum.toml"));

/// Stands in for the process's environment, where tests may not write.
fn variable(name: &str) -> Option<String> {
    match name {
        "SEPTUM_ROOT_KEY" => Some(format!("{}=", "A".repeat(43))),
        "SEPTUM_DATABASE_PASSWORD" | "SEPTUM_CRM_PASSWORD" => Some("secret".into()),
        _ => None,
    }
}

fn read(text: &str, overrides: &[(&str, &str)]) -> Result<Settings> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("septum.toml");
    std::fs::write(&file, text).unwrap();
    let overrides = overrides.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    load(&file, overrides, variable)
}

/// Every line that was refused, without the folder.
fn problems(text: &str, overrides: &[(&str, &str)]) -> Vec<String> {
    let error = read(text, overrides).unwrap_err().to_string();
    error.lines().skip(1).map(|line| line.rsplit('/').next().unwrap_or(line).to_owned()).collect()
}

#[test]
fn the_reference_is_a_good_configuration() {
    let settings = read(REFERENCE, &[]).unwrap();
    assert_eq!(settings.tenants.iter().count(), 2);
    assert_eq!(settings.proxy.listeners.len(), 1);
    assert!(settings.gateway.unwrap().sources.host.is_some());
}

/// The reference with every key set: lines of `#` without a space.
fn everything() -> String {
    let set = |line: &str| match line.strip_prefix('#') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '[') => {
            format!("{rest}\n")
        }
        Some(_) | None => format!("{line}\n"),
    };
    REFERENCE.lines().map(set).collect()
}

#[test]
fn the_reference_names_every_key_and_no_other() {
    let problems = Problems::default();
    let tree = tree::parse(&everything(), &problems);
    check::table(&tree, keys::ROOT, "", &Place::Document, &problems);
    problems.check(Path::new("septum.toml")).unwrap();
    let mut named = BTreeSet::new();
    name_all(&tree, "", &mut named);
    let mut described = BTreeSet::new();
    describe_all(keys::ROOT, "", &mut described);
    assert_eq!(described.difference(&named).collect::<Vec<_>>(), Vec::<&String>::new());
}

fn name_all(table: &tree::Table, path: &str, names: &mut BTreeSet<String>) {
    for (name, node) in table {
        let full = check::join(path, name);
        if let Some(table) = node.value.table() {
            name_all(table, &full, names);
        }
        for table in node.value.list().unwrap_or_default().iter().filter_map(|n| n.value.table()) {
            name_all(table, &full, names);
        }
        names.insert(full);
    }
}

fn describe_all(keys: &[Key], path: &str, names: &mut BTreeSet<String>) {
    for key in keys {
        for name in spellings(key) {
            names.insert(check::join(path, &name));
        }
        if let Kind::Table(inner) | Kind::Tables(inner) = key.kind {
            describe_all(inner, &check::join(path, key.name), names);
        }
    }
}

#[test]
fn defaults_in_the_reference_are_the_defaults() {
    // What differs between the file as it stands and with its defaults set is no default.
    let keep = |line: &str| {
        let examples = ["root_key", "password", "verifier", "tenant", "ca_file", "trusted_proxies"];
        !examples.iter().any(|example| line.trim_start_matches('#').starts_with(example))
    };
    let mut section = String::new();
    let mut text = String::new();
    for line in REFERENCE.lines() {
        if line.starts_with("#[") || line.starts_with('[') {
            section = line.to_owned();
        }
        let is_default = line.strip_prefix('#').filter(|rest| {
            rest.starts_with(|c: char| c.is_ascii_lowercase()) && rest.contains(" = ")
        });
        let set = match is_default {
            Some(rest) if section.starts_with('[') && keep(line) => rest,
            Some(_) | None => line,
        };
        text.push_str(set);
        text.push('\n');
    }
    let (plain, set) = (read(REFERENCE, &[]).unwrap(), read(&text, &[]).unwrap());
    let show = |settings: &Settings| {
        let gateway = settings.gateway.as_ref().unwrap();
        format!(
            "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {} {:?} {}",
            settings.log.level,
            settings.audit.rotate,
            settings.policy,
            settings.proxy.pool,
            settings.proxy.limits,
            settings.proxy.timeouts,
            gateway.limits,
            gateway.context_lifetime,
            gateway.timeouts,
            settings.proxy.database.search_path,
        )
    };
    assert_eq!(show(&plain), show(&set));
}

#[test]
fn every_problem_is_said_at_once_with_its_place() {
    let text = "\
environment = 'prod'
root_key = 'AAAA'
[tenant]
type = 'int'
[[tenants]]
id = 'x'
name = 'acme'
host = 'acme.example.com'
[audit]
folder = 'audit'
rotate = '5 MB'
[database]
host = '127.0.0.1'
port = 70000
name = 'crm'
user = 'app'
pool_sise = 5
pool_timeout = 30
[[listeners]]
address = 'here'
";
    assert_eq!(
        problems(text, &[]),
        [
            "septum.toml: `root_key_file` or `root_key_env` is missing: the deployment's one \
             secret, as `septum key new` makes it",
            "septum.toml:1:15: `environment` is `prod`; it must be production, staging, \
             development, test",
            "septum.toml:2:1: `root_key` is a secret and doesn't belong here: put it into a file \
             and name that in `root_key_file`, or into an environment variable and name that in \
             `root_key_env`",
            "septum.toml:6:6: `tenants.id`: `x` is not a tenant key of type int",
            "septum.toml:8:1: unknown key `tenants.host`: did you mean `tenants.hosts`?",
            "septum.toml:11:10: `5 MB` is no size: write `512`, `64KiB`, `16MiB` or `1GiB`",
            "septum.toml:14:8: `database.port` is 70000; it must be 1 to 65535",
            "septum.toml:17:1: unknown key `database.pool_sise`: did you mean \
             `database.pool_size`?",
            "septum.toml:18:16: `database.pool_timeout` takes a time, as in \"30s\", not a whole \
             number",
            "septum.toml:20:11: `listeners.address`: `here` is no address and port as in \
             `127.0.0.1:6432`, and no path",
        ]
    );
}

#[test]
fn a_secret_in_the_file_is_refused_and_not_repeated() {
    let text =
        REFERENCE.replace("password_env = \"SEPTUM_DATABASE_PASSWORD\"", "password = 'hunter2'");
    let said = read(&text, &[]).unwrap_err().to_string();
    assert!(said.contains("`database.password` is a secret"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn syntax_errors_have_a_place_too() {
    let said = problems("environment = \n[database\n", &[]);
    assert!(said.iter().any(|line| line.starts_with("septum.toml:1:")), "{said:?}");
    assert!(said.iter().any(|line| line.starts_with("septum.toml:2:")), "{said:?}");
}

#[test]
fn the_environment_overrides_the_file() {
    let settings = read(
        REFERENCE,
        &[
            ("SEPTUM__DATABASE__POOL_SIZE", "7"),
            ("SEPTUM__LISTENERS__0__ADDRESS", "127.0.0.1:0"),
            ("SEPTUM__LISTENERS__1__ADDRESS", "/run/septum/.s.PGSQL.1"),
            ("SEPTUM__HTTP__HOST__SHARED", "api.example.com, www.example.com"),
            ("SEPTUM__HTTP__HOST__ANONYMOUS", "true"),
            ("SEPTUM_CONFIG", "not an override"),
        ],
    )
    .unwrap();
    assert_eq!(settings.proxy.pool.size.get(), 7);
    assert_eq!(settings.proxy.listeners.len(), 2);
    let host = settings.gateway.unwrap().sources.host.unwrap();
    assert_eq!((host.shared.len(), host.anonymous), (2, true));
    // A host is no proof unless somebody wrote that it is.
    let host = read(REFERENCE, &[]).unwrap().gateway.unwrap().sources.host.unwrap();
    assert!(!host.anonymous);
}

#[test]
fn a_wrong_override_is_refused_by_its_name() {
    for (name, value, said) in [
        ("SEPTUM__DATABASE__POOL_SIZ", "7", "did you mean `database.pool_size`?"),
        ("SEPTUM__DATABASE__POOL_SIZE", "many", "takes a whole number"),
        ("SEPTUM__DATABASE__POOL_SIZE", "0", "it must be 1 to 10000"),
        ("SEPTUM__DATABASE", "7", "name a key in it"),
        ("SEPTUM__DATABASE__PASSWORD", "hunter2", "is a secret"),
        ("SEPTUM__LISTENERS__9__ADDRESS", "x", "has no place 9"),
        ("SEPTUM__LISTENERS__X__ADDRESS", "x", "is no place"),
        ("SEPTUM__GUARD__EXPLAIN", "maybe", "takes true or false"),
    ] {
        let found = problems(REFERENCE, &[(name, value)]);
        assert!(
            found.iter().all(|line| line.starts_with(name) && line.contains(said)),
            "{name}: {found:?}"
        );
    }
}

#[test]
fn what_would_weaken_isolation_is_refused() {
    for (from, to, said) in [
        ("#mode = \"enforce\"", "mode = 'off'", "in the environment `test` only"),
        ("#settings = [\"app.*\"]", "settings = ['*']", "is no setting"),
        (
            "#trusted_proxies = [\"10.0.0.0/8\"]",
            "trusted_proxies = ['0.0.0.0/0']",
            "trust everybody",
        ),
        ("required = []", "required = ['jwt']", "required but not configured"),
        ("[http.api_key]", "#[http.api_key]", "a host alone proves nothing"),
        (
            "hosts = [\"globex.example.com\"]",
            "hosts = ['ACME.example.com.']",
            "belongs to two tenants",
        ),
        (
            "a context token or a traceparent.\n#tenant = \"7c9e",
            "a context token or a traceparent.\ntenant = \"0000",
            "no tenant has the key",
        ),
        (
            "#[http.jwt]",
            "[http.jwt]\nissuers = [{issuer = 'i', audiences = ['a']}]\n#",
            "needs one of `keys`",
        ),
        ("name = \"crm\"\npassword_env", "name = \"crm\"\nverifier_env", "SEPTUM_CRM_PASSWORD"),
    ] {
        let text = REFERENCE.replacen(from, to, 1);
        assert_ne!(text, REFERENCE, "{from}");
        let Err(error) = read(&text, &[]) else { panic!("taken: {to}") };
        let error = error.to_string();
        let known = said == "SEPTUM_CRM_PASSWORD" && error.contains("not a SCRAM verifier");
        assert!(known || error.contains(said), "{to}: {error}");
    }
}

#[test]
fn the_gateway_takes_a_unix_socket_and_key_sets_to_fetch() {
    let issuer = |keys: &str| {
        let section = format!(
            "upstream = '/run/app.sock'\n\
             jwt = {{ issuers = [{{ issuer = 'i', audiences = ['a'], {keys} }}] }}"
        );
        read(&REFERENCE.replacen("upstream = \"127.0.0.1:3000\"", &section, 1), &[])
    };
    let gateway = issuer("jwks_file = 'keys.json', refresh = '1m'").unwrap().gateway.unwrap();
    assert_eq!(gateway.upstream, Upstream::Unix("/run/app.sock".into()));
    let [source] = &gateway.jwks[..] else { panic!("{:?}", gateway.jwks) };
    assert_eq!(source.refresh.as_secs(), 60);
    // Relative to the file; and the issuer's own keys are what is replaced.
    let JwksLocation::File(file) = &source.location else { panic!("{:?}", source.location) };
    assert!(file.is_absolute() && file.ends_with("keys.json"));
    let gateway = issuer("jwks_url = 'https://id.example.com/keys'").unwrap().gateway.unwrap();
    let JwksLocation::Url { url, roots: None } = &gateway.jwks[0].location else { panic!() };
    assert_eq!(url.to_string(), "https://id.example.com/keys");
    for (keys, said) in [
        ("jwks_url = 'http://id.example.com/keys'", "is no https URL"),
        ("jwks_url = 'https:///keys'", "is no https URL"),
        ("jwks_url = 'https://a/k', jwks_file = 'k'", "keep one"),
        ("jwks_file = 'k', algorithms = ['HS256']", "everybody can read a key set"),
        ("jwks_file = 'k', algorithms = ['none']", "is no supported algorithm"),
        ("jwks_file = 'k', max_stale = '1m'", "is less than `refresh`"),
        ("jwks_url = 'https://a/k', jwks_ca_file = 'absent'", "as PEM"),
    ] {
        let error = issuer(keys).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(said), "{keys}: {error}");
    }
}

#[test]
fn the_json_schema_describes_the_same_keys() {
    let schema = json_schema();
    let database = &schema["properties"]["database"];
    assert_eq!(database["additionalProperties"], false);
    assert_eq!(database["properties"]["port"]["maximum"], 65_535);
    assert!(database["properties"]["password"].is_null());
    assert!(database["properties"]["password_file"].is_object());
    let listeners = &schema["properties"]["http"]["properties"]["listeners"];
    assert_eq!(listeners["items"]["required"], serde_json::json!(["address"]));
    assert_eq!(schema["allOf"][0]["oneOf"][1]["required"][0], "root_key_env");
}

#[test]
fn the_tenancy_model_is_read() {
    use septum_core::{RelationName, Scope, TableMode};

    let relations = "
        [[relations]]
        name = \"public.currencies\"
        scope = \"shared\"
        [[relations]]
        name = \"crm.Old Deals\"
        scope = \"tenant\"
        column = \"owner\"
        mode = \"rewrite\"
        ";
    let text = REFERENCE.replace("#column = \"tenant_id\"", "column = \"customer\"") + relations;
    let tenancy = read(&text, &[]).unwrap().proxy.catalog.tenancy;
    assert_eq!((&*tenancy.column, tenancy.mode), ("customer", TableMode::Rls));
    assert_eq!(tenancy.listed("public", "currencies"), Some(&Scope::Shared));
    let mode = Some(TableMode::Rewrite);
    let scope = Scope::Tenant { column: Some("owner".into()), mode };
    assert_eq!(tenancy.listed("crm", "Old Deals"), Some(&scope));
    let name = RelationName { schema: "crm".into(), name: "Old Deals".into() };
    assert!(tenancy.relations.contains_key(&name) && tenancy.relations.len() == 2);
}

#[test]
fn what_is_wrong_with_the_tenancy_model_is_said_at_its_place() {
    for (relation, said) in [
        (
            "name = \"currencies\"\nscope = \"shared\"",
            "`currencies` is no relation with its schema",
        ),
        ("name = \"public.\"\nscope = \"shared\"", "`public.` is no relation with its schema"),
        ("name = \"septum.keys\"\nscope = \"shared\"", "is not the application's"),
        ("name = \"pg_catalog.pg_class\"\nscope = \"shared\"", "is not the application's"),
        ("name = \"a.b\"\nscope = \"all\"", "scope"),
        ("name = \"a.b\"\nscope = \"shared\"\ncolumn = \"x\"", "a shared relation has none"),
        ("name = \"a.b\"\nscope = \"shared\"\nmode = \"rls\"", "a shared relation has none"),
        ("name = \"a.b\"\nscope = \"tenant\"\nmode = \"loose\"", "mode"),
        ("name = \"a.b\"\nscope = \"tenant\"\ncolumn = \"\"", "is empty"),
        (
            "name = \"a.b\"\nscope = \"tenant\"\n[[relations]]\nname = \"a.b\"\nscope = \"shared\"",
            "`a.b` is there twice",
        ),
    ] {
        let text = format!("{REFERENCE}\n[[relations]]\n{relation}\n");
        let found = problems(&text, &[]);
        assert!(found.len() == 1 && found[0].contains(said), "{relation}: {found:?}");
        assert!(found[0].starts_with("septum.toml:"), "{found:?}");
    }
    let fast = REFERENCE.replace("#catalog_interval = \"10s\"", "catalog_interval = \"10ms\"");
    assert!(problems(&fast, &[])[0].contains("write `1s` or more"));
}
