use std::collections::{BTreeSet, HashSet};

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;

use crate::tree::{Scope, Visitor};

/// What must be known of a whole statement before a part of it is rewritten.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The highest number of a parameter.
    pub(super) highest: i32,
    /// The system columns that are named.
    pub(super) system: BTreeSet<&'static str>,
    /// Whether all columns of something are asked for, or joined by.
    pub(super) all_columns: bool,
    /// Names that stand alone: columns, or whole rows.
    pub(super) alone: HashSet<String>,
    /// Last parts of names: columns, or whole rows.
    last: HashSet<String>,
}

/// Columns that every table has and no list of columns shows.
const SYSTEM: [&str; 6] = ["tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"];

impl Visitor for Survey {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other kinds say nothing of these")]
    fn leave(&mut self, node: &mut NodeEnum, _: &Scope) {
        match node {
            NodeEnum::ParamRef(parameter) => self.highest = self.highest.max(parameter.number),
            NodeEnum::ColumnRef(column) => self.note(column),
            NodeEnum::JoinExpr(join) => self.all_columns |= join.is_natural,
            _ => {}
        }
    }
}

impl Survey {
    /// Whether a column of this name may be used somewhere.
    pub(super) fn may_name(&self, column: &str) -> bool {
        self.all_columns || self.last.contains(column)
    }

    fn note(&mut self, column: &p::ColumnRef) {
        match column.fields.last().and_then(|field| field.node.as_ref()) {
            Some(NodeEnum::AStar(_)) => self.all_columns = true,
            Some(NodeEnum::String(name)) => {
                let system = SYSTEM.into_iter().find(|system| *system == name.sval);
                self.system.extend(system);
                if column.fields.len() == 1 {
                    self.alone.insert(name.sval.clone());
                }
                self.last.insert(name.sval.clone());
            }
            _ => {}
        }
    }
}
