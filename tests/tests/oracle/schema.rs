//! Random tables. A column's name has one type in all tables, so that any two can be joined
//! NATURAL or USING.

use std::fmt::Write as _;

use septum_core::{RelationName, Scope, TableMode, Tenancy, TenantType};

use crate::dice::Dice;
use crate::ty::Ty;

#[derive(Clone, Debug)]
pub(crate) struct Schema {
    pub(crate) tenant_type: TenantType,
    pub(crate) tables: Vec<Table>,
    pub(crate) views: Vec<View>,
}

#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// As statements write it, its schema first where it is not in `public`.
    pub(crate) name: String,
    /// Without its schema.
    pub(crate) bare: String,
    pub(crate) tenant: Option<Tenant>,
    /// The tenant column first, where there is one, then `id`.
    pub(crate) columns: Vec<Column>,
    pub(crate) shape: Shape,
    pub(crate) key: Key,
    /// Whether `id` has a default.
    pub(crate) id_by_default: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    pub(crate) column: String,
    pub(crate) sql_type: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) ty: Ty,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Plain,
    /// A partition for each tenant, and one for what is left.
    ByTenant,
    /// Two partitions by the hash of the id.
    ByHash,
    /// A child that inherits, with rows of its own.
    Inherited,
}

/// What is unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    WithTenant,
    Alone,
}

#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) options: &'static str,
    pub(crate) body: String,
    /// The tenant column of what it shows.
    pub(crate) tenant: Option<String>,
    /// The place of the table that it shows.
    pub(crate) of: usize,
}

/// Columns that a table may have besides its tenant's and `id`.
const COLUMNS: [(&str, Ty); 14] = [
    ("a", Ty::Int),
    ("b", Ty::Int),
    ("ref_id", Ty::Int),
    ("code", Ty::Text),
    ("title", Ty::Text),
    ("note", Ty::Text),
    ("flag", Ty::Bool),
    ("day", Ty::Date),
    ("amount", Ty::Num),
    ("doc", Ty::Json),
    ("tags", Ty::Ints),
    ("token", Ty::Uuid),
    ("big", Ty::Big),
    ("\"Mixed Case\"", Ty::Text),
];

/// Names that a tenant table may have. The last ones need their quotes.
const NAMES: [&str; 7] = ["accounts", "deals", "tasks", "crm.notes", "t5", "\"Order\"", "\"user\""];

impl Schema {
    pub(crate) fn random(dice: &mut Dice) -> Self {
        let tenant_type =
            *dice.pick(&[TenantType::Int, TenantType::BigInt, TenantType::Uuid, TenantType::Text]);
        let usual = *dice.pick(&["tenant_id", "tenant_id", "org", "\"Tenant\""]);
        let names = dice.some(&NAMES, 50);
        let mut tables: Vec<_> =
            names.iter().map(|name| Table::random(dice, name, usual, tenant_type)).collect();
        if dice.percent(60) {
            tables.push(Table::shared(dice));
        }
        let mut schema = Self { tenant_type, tables, views: Vec::new() };
        for number in 0..dice.below(3) {
            let view = View::random(dice, &schema, number);
            schema.views.push(view);
        }
        schema
    }

    /// The key of one of the three tenants. Statements run as the first.
    pub(crate) fn tenant(&self, number: usize) -> String {
        match self.tenant_type {
            TenantType::Int | TenantType::BigInt => (number + 1).to_string(),
            TenantType::Text => ["acme", "globex", "initech"][number].into(),
            TenantType::Uuid => format!("0000000{}-1111-2222-3333-444444444444", number + 1),
        }
    }

    /// Makes the tables and views, for a role `owner` that owns them.
    pub(crate) fn ddl(&self) -> String {
        let mut sql = String::from("CREATE SCHEMA crm AUTHORIZATION owner; SET ROLE owner;\n");
        self.tables.iter().for_each(|table| sql += &table.ddl(self));
        for View { name, options, body, .. } in &self.views {
            writeln!(sql, "CREATE VIEW {name} {options} AS {body};").unwrap();
        }
        sql += "GRANT USAGE ON SCHEMA crm TO app; RESET ROLE;\n";
        for name in self.tables.iter().flat_map(Table::members).chain(self.views()) {
            writeln!(sql, "GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO app;").unwrap();
        }
        for table in self.tables.iter().filter(|table| table.tenant.is_none()) {
            writeln!(sql, "REVOKE INSERT, UPDATE, DELETE ON {} FROM app;", table.name).unwrap();
        }
        sql
    }

    fn views(&self) -> impl Iterator<Item = String> {
        self.views.iter().map(|view| view.name.clone())
    }

    /// What the guard is told of the tables.
    pub(crate) fn tenancy(&self, mode: TableMode) -> Tenancy {
        let mut tenancy = Tenancy::new(self.tenant_type);
        let mut list = |name: &str, column: Option<&str>| {
            let scope = match column {
                Some(column) => Scope::Tenant { column: Some(plain(column)), mode: Some(mode) },
                None => Scope::Shared,
            };
            let (schema, name) = name.split_once('.').unwrap_or(("public", name));
            let name = RelationName { schema: schema.into(), name: plain(name) };
            tenancy.relations.insert(name, scope);
        };
        for table in &self.tables {
            let column = table.tenant.as_ref().map(|tenant| tenant.column.as_str());
            table.members().iter().for_each(|name| list(name, column));
        }
        for view in &self.views {
            list(&view.name, view.tenant.as_deref());
        }
        tenancy
    }

    /// Puts the tables under row-level security, as `septum protect` does, and gives new rows
    /// their tenant.
    pub(crate) fn protection(&self) -> String {
        let mut sql = String::new();
        for table in &self.tables {
            let Some(Tenant { column, .. }) = &table.tenant else { continue };
            let (name, bare) = (&table.name, plain(column));
            writeln!(sql, "SELECT septum.protect('{name}', '{bare}');").unwrap();
            writeln!(sql, "ALTER TABLE {name} ALTER {column} SET DEFAULT septum.tenant();")
                .unwrap();
        }
        sql
    }
}

/// A name without its quotes.
fn plain(name: &str) -> Box<str> {
    name.replace('"', "").into()
}

impl Table {
    fn random(dice: &mut Dice, name: &str, usual: &str, tenant_type: TenantType) -> Self {
        let column = if dice.percent(15) { "owner_id" } else { usual }.to_owned();
        let (ty, sql_type) = match tenant_type {
            TenantType::Int => *dice.pick(&[(Ty::Int, "int"), (Ty::Big, "bigint")]),
            TenantType::BigInt => *dice.pick(&[(Ty::Big, "bigint"), (Ty::Int, "int")]),
            TenantType::Text => *dice.pick(&[(Ty::Text, "text"), (Ty::Text, "varchar(20)")]),
            TenantType::Uuid => (Ty::Uuid, "uuid"),
        };
        let shape = dice.weighed(&[
            (6, Shape::Plain),
            (1, Shape::ByTenant),
            (1, Shape::ByHash),
            (1, Shape::Inherited),
        ]);
        let key = dice.weighed(&[(3, Key::WithTenant), (1, Key::Alone)]);
        let key = if shape == Shape::Plain { key } else { Key::WithTenant };
        let mut columns = vec![Column { name: column.clone(), ty }];
        columns.extend(Self::usual_columns(dice));
        let tenant = Some(Tenant { column, sql_type });
        let id_by_default = dice.percent(30);
        Self { tenant, columns, shape, key, id_by_default, ..Self::named(name) }
    }

    /// One that all tenants read and none writes.
    fn shared(dice: &mut Dice) -> Self {
        Self { columns: Self::usual_columns(dice), ..Self::named("countries") }
    }

    fn named(name: &str) -> Self {
        let bare = name.split('.').next_back().unwrap_or(name);
        Self {
            name: name.into(),
            bare: bare.into(),
            tenant: None,
            columns: Vec::new(),
            shape: Shape::Plain,
            key: Key::Alone,
            id_by_default: false,
        }
    }

    /// The same under another name: a partition, a child, a view.
    pub(crate) fn renamed(&self, name: &str) -> Self {
        let bare = Self::named(name).bare;
        Self { name: name.into(), bare, ..self.clone() }
    }

    fn usual_columns(dice: &mut Dice) -> Vec<Column> {
        let id = ("id", Ty::Int);
        let chosen = [id].into_iter().chain(dice.some(&COLUMNS, 45));
        chosen.map(|(name, ty)| Column { name: name.into(), ty }).collect()
    }

    /// The table, and its partitions or children.
    pub(crate) fn members(&self) -> Vec<String> {
        let child = |number| match self.name.strip_suffix('"') {
            Some(quoted) => format!("{quoted}_{number}\""),
            None => format!("{}_{number}", self.name),
        };
        let children = match self.shape {
            Shape::Plain => 0,
            Shape::Inherited => 1,
            Shape::ByTenant | Shape::ByHash => 2,
        };
        [self.name.clone()].into_iter().chain((0..children).map(child)).collect()
    }

    fn unique(&self) -> String {
        match (&self.tenant, self.key) {
            (Some(tenant), Key::WithTenant) => format!("{}, id", tenant.column),
            (_, Key::Alone) | (None, _) => "id".into(),
        }
    }

    pub(crate) fn ddl(&self, schema: &Schema) -> String {
        let name = &self.name;
        let columns: Vec<_> = self.columns.iter().map(|column| self.column(column)).collect();
        let tenant = self.tenant.as_ref().map_or("", |tenant| &tenant.column);
        let by = match self.shape {
            Shape::Plain | Shape::Inherited => String::new(),
            Shape::ByTenant => format!("PARTITION BY LIST ({tenant})"),
            Shape::ByHash => "PARTITION BY HASH (id)".into(),
        };
        let key = self.unique();
        let mut sql = format!("CREATE TABLE {name} (\n    {},", columns.join(",\n    "));
        writeln!(sql, "\n    PRIMARY KEY ({key})) {by};").unwrap();
        let of = match self.shape {
            Shape::Plain => [String::new(), String::new()],
            Shape::Inherited => [String::new(), String::new()],
            Shape::ByTenant => {
                [format!("FOR VALUES IN ('{}')", schema.tenant(0)), "DEFAULT".into()]
            }
            Shape::ByHash => [0, 1].map(|n| format!("FOR VALUES WITH (MODULUS 2, REMAINDER {n})")),
        };
        for (member, of) in self.members().iter().skip(1).zip(of) {
            match self.shape {
                Shape::Inherited => {
                    writeln!(sql, "CREATE TABLE {member} (PRIMARY KEY ({key})) INHERITS ({name});")
                }
                _ => writeln!(sql, "CREATE TABLE {member} PARTITION OF {name} {of};"),
            }
            .unwrap();
        }
        sql
    }

    fn column(&self, Column { name, ty }: &Column) -> String {
        match &self.tenant {
            Some(tenant) if tenant.column == *name => {
                format!("{name} {} NOT NULL", tenant.sql_type)
            }
            _ if name == "id" && self.id_by_default => format!("{name} int DEFAULT 50"),
            _ if name == "b" => format!("{name} int DEFAULT 3"),
            _ if name == "title" => format!("{name} varchar(200) DEFAULT 'new'"),
            _ if name == "amount" => format!("{name} {} CHECK (amount >= -1000)", ty.name()),
            _ => format!("{name} {}", ty.name()),
        }
    }
}

impl View {
    fn random(dice: &mut Dice, schema: &Schema, number: usize) -> Self {
        let of = dice.below(schema.tables.len());
        let table = &schema.tables[of];
        let options = *dice.pick(&["", "WITH (security_invoker)", "WITH (security_barrier)"]);
        let all = dice.percent(70);
        // The tenant column and the id stay.
        let mut columns: Vec<_> = table.columns.iter().take(2).cloned().collect();
        columns.extend(table.columns.iter().skip(2).filter(|_| all || dice.percent(60)).cloned());
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        let only = *dice.pick(&["", "", "WHERE id > 1", "WHERE id IS NOT NULL AND id < 900"]);
        let body = format!("SELECT {} FROM {} {only}", names.join(", "), table.name);
        let tenant = table.tenant.as_ref().map(|tenant| tenant.column.clone());
        Self { name: format!("v{number}"), columns, options, body, tenant, of }
    }
}
