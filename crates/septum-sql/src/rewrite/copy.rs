//! `COPY table TO STDOUT` becomes `COPY (SELECT ... FROM table) TO STDOUT`. COPY takes no
//! parameters, so the tenant is what the transaction's seal says, as in a policy.
//!
//! `COPY table FROM STDIN` is carried as an INSERT, which is rewritten when it is judged.

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;

use super::{Refusal, Rewriter, build};
use crate::model::Class;

impl Rewriter<'_> {
    pub(super) fn copy(&mut self, copy: &mut p::CopyStmt) -> Result<(), Refusal> {
        let Some(relation) = copy.relation.as_ref().filter(|_| !copy.is_from) else {
            return Ok(());
        };
        let Some(of) = self.named(relation) else { return Ok(()) };
        let stands_for = match self.held(relation)? {
            Some(held) => Some(self.sub_select(held, relation)?),
            None if self.model.class(of.oid) == Class::System => self.system(of, relation)?,
            None => None,
        };
        let Some(from) = stands_for else { return Ok(()) };
        let columns: Vec<p::Node> = if copy.attlist.is_empty() {
            let kept = of.columns.iter().filter(|column| !column.generated);
            kept.map(|column| output(&column.name)).collect()
        } else {
            copy.attlist.iter().filter_map(named).map(output).collect()
        };
        let select = p::SelectStmt {
            target_list: columns,
            from_clause: vec![build::node(from)],
            ..build::select()
        };
        copy.relation = None;
        copy.attlist.clear();
        copy.query = build::boxed(NodeEnum::SelectStmt(Box::new(select)));
        Ok(())
    }
}

fn named(node: &p::Node) -> Option<&str> {
    match &node.node {
        Some(NodeEnum::String(name)) => Some(&name.sval),
        _ => None,
    }
}

fn output(name: &str) -> p::Node {
    let fields = vec![build::string(name)];
    build::output(NodeEnum::ColumnRef(p::ColumnRef { fields, location: 0 }))
}
