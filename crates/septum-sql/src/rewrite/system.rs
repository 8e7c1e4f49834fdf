//! PostgreSQL's own catalogs, answered so that no other tenant shows: numbers that count all
//! tenants' rows are constant (catalogue S104), and partitions, whose names and bounds tell who
//! the tenants are (S36), are not there.
//!
//! Where nothing is partitioned the rest stays as it is. Where something is, `OFFSET 0` keeps
//! the client's conditions from what is left out, as it does for tables.

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;
use septum_core::Reason;

use super::{Refusal, Rewriter, build};
use crate::catalog::Relation;
use crate::tree::{Walker, walk_statement};

/// Columns of `pg_class` that tell of all tenants' rows, and what is shown for them: what a
/// table has that was never analysed.
const COUNTS: [(&str, &str); 7] = [
    ("relpages", "0"),
    ("reltuples", "'-1'::pg_catalog.float4"),
    ("relallvisible", "0"),
    ("relallfrozen", "0"),
    ("relfrozenxid", "'0'::pg_catalog.xid"),
    ("relminmxid", "'0'::pg_catalog.xid"),
    ("relpartbound", "NULL::pg_catalog.pg_node_tree"),
];

/// Columns of catalogs that hold the OID of a relation.
const OF_RELATION: [(&str, &[&str]); 11] = [
    ("pg_attrdef", &["adrelid"]),
    ("pg_attribute", &["attrelid"]),
    ("pg_constraint", &["conrelid", "confrelid", "conindid"]),
    ("pg_depend", &["objid", "refobjid"]),
    ("pg_description", &["objoid"]),
    ("pg_foreign_table", &["ftrelid"]),
    ("pg_index", &["indrelid", "indexrelid"]),
    ("pg_inherits", &["inhrelid"]),
    ("pg_init_privs", &["objoid"]),
    ("pg_partitioned_table", &["partrelid"]),
    ("pg_trigger", &["tgrelid"]),
];

/// Columns of views that hold the schema and the name of a relation.
const NAMES: [[&str; 2]; 5] = [
    ["schemaname", "tablename"],
    ["table_schema", "table_name"],
    ["event_object_schema", "event_object_table"],
    ["object_schema", "object_name"],
    ["udt_schema", "udt_name"],
];

/// Partitions with their indexes, and all of `pg_toast`, which has one of each for them.
const PARTITIONS: &str = "SELECT c.oid FROM pg_catalog.pg_class c WHERE c.relispartition \
     OR c.relnamespace OPERATOR(pg_catalog.=) '99'::pg_catalog.oid";

impl Rewriter<'_> {
    /// What stands for a relation of PostgreSQL's own, where it is not to be read as it is.
    pub(super) fn system(
        &mut self,
        relation: &Relation,
        name: &p::RangeVar,
    ) -> Result<Option<NodeEnum>, Refusal> {
        let of_class = &*relation.schema == "pg_catalog" && &*relation.name == "pg_class";
        let hidden = if self.is_partitioned() { hidden(relation) } else { Vec::new() };
        if !of_class && hidden.is_empty() {
            return Ok(None);
        }
        let mut target_list = Vec::with_capacity(relation.columns.len());
        for column in &relation.columns {
            let shown = COUNTS.iter().find(|(name, _)| of_class && *name == &*column.name);
            target_list.push(match shown {
                Some((name, value)) => build::named_output(name, expression(value)?),
                None if hidden.is_empty() => {
                    build::output(build::column(&relation.name, &column.name))
                }
                None => build::shown(&relation.name, column),
            });
        }
        let alias = super::read::alias(name);
        for column in self.system_columns(relation, &alias)? {
            target_list.push(build::output(build::column(&relation.name, column)));
        }
        let from = NodeEnum::RangeVar(build::reference(relation, true));
        let mut select =
            p::SelectStmt { target_list, from_clause: vec![build::node(from)], ..build::select() };
        if !hidden.is_empty() {
            select.where_clause = build::boxed(expression(&hidden.join(" AND "))?);
            build::bar(&mut select);
        }
        self.changed = true;
        Ok(Some(build::sub_select(select, alias)))
    }

    fn is_partitioned(&self) -> bool {
        self.model.catalog().relations().any(|relation| relation.partition)
    }
}

/// The conditions under which a row is shown; each stands in a constant text, with names from
/// the lists above.
fn hidden(relation: &Relation) -> Vec<String> {
    match &*relation.schema {
        "pg_catalog" => match &*relation.name {
            "pg_class" => vec![not_among("pg_class.oid")],
            "pg_type" => vec![
                not_among("pg_type.typrelid"),
                format!(
                    "NOT pg_type.typelem OPERATOR(pg_catalog.=) ANY (SELECT t.oid FROM \
                     pg_catalog.pg_type t WHERE t.typrelid OPERATOR(pg_catalog.=) ANY \
                     ({PARTITIONS}))"
                ),
            ],
            name => match OF_RELATION.iter().find(|(catalog, _)| *catalog == name) {
                Some((catalog, columns)) => {
                    columns.iter().map(|column| not_among(&format!("{catalog}.{column}"))).collect()
                }
                None => by_name(relation),
            },
        },
        "information_schema" => by_name(relation),
        _ => Vec::new(),
    }
}

fn not_among(column: &str) -> String {
    format!("NOT {column} OPERATOR(pg_catalog.=) ANY ({PARTITIONS})")
}

/// For views whose columns name a relation, or a constraint of one.
fn by_name(relation: &Relation) -> Vec<String> {
    let has = |columns: &[&str; 2]| columns.iter().all(|name| relation.column(name).is_some());
    let view = &relation.name;
    let named = |[schema, name]: &[&str; 2]| {
        format!(
            "NOT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid \
             OPERATOR(pg_catalog.=) c.relnamespace WHERE c.relispartition \
             AND n.nspname::pg_catalog.text OPERATOR(pg_catalog.=) {view}.{schema}::pg_catalog.text \
             AND c.relname::pg_catalog.text OPERATOR(pg_catalog.=) {view}.{name}::pg_catalog.text)"
        )
    };
    let mut conditions: Vec<String> = NAMES.iter().filter(|pair| has(pair)).map(named).collect();
    if conditions.is_empty() && has(&["constraint_schema", "constraint_name"]) {
        conditions.push(format!(
            "NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid \
             OPERATOR(pg_catalog.=) k.conrelid WHERE c.relispartition \
             AND k.conname::pg_catalog.text \
             OPERATOR(pg_catalog.=) {view}.constraint_name::pg_catalog.text)"
        ));
    }
    conditions
}

/// The tree of an expression of Septum's own.
fn expression(text: &str) -> Result<NodeEnum, Refusal> {
    let refusal = || Refusal::new(Reason::NotCanonical, "a catalog");
    let parsed = pg_query::parse(&format!("SELECT {text}"), 0).map_err(|_| refusal())?;
    let tree = parsed.protobuf.stmts.into_iter().next().and_then(|raw| raw.stmt);
    let mut tree = tree.and_then(|tree| tree.node).ok_or_else(refusal)?;
    walk_statement(&mut tree, &mut Walker::compare());
    let NodeEnum::SelectStmt(select) = tree else { return Err(refusal()) };
    let first = select.target_list.into_iter().next().and_then(|target| target.node);
    let Some(NodeEnum::ResTarget(target)) = first else { return Err(refusal()) };
    target.val.and_then(|value| value.node).ok_or_else(refusal)
}
