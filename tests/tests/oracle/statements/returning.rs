use super::Maker;
use super::scope::{Frame, Rel};
use crate::tree::{Sql, sql};
use crate::ty::Ty;

impl Maker<'_> {
    /// `RETURNING ...` of what is in scope.
    pub(super) fn returning(&mut self, rels: &[Rel], percent: usize) -> Option<Sql> {
        if !self.dice.percent(percent) {
            return None;
        }
        // Rows that were written hold what no trap is made for.
        let rels: Vec<_> = rels.iter().map(|rel| Rel { trapped: false, ..rel.clone() }).collect();
        let first = rels[0].alias.clone();
        self.frames.push(Frame::of(rels));
        let list = match self.dice.below(6) {
            0 => "*".into(),
            1 => format!("{first}.*").into(),
            2 => first.into(),
            _ => {
                let types = self.types();
                Sql::comma(types.iter().map(|ty| self.expr(*ty)).collect())
            }
        };
        self.frames.pop();
        Some(sql!["RETURNING", list])
    }

    /// `RETURNING` these types, for a common table expression.
    pub(super) fn returning_types(&mut self, rels: &[Rel], types: &[Ty]) -> Sql {
        let rels = rels.iter().map(|rel| Rel { trapped: false, ..rel.clone() }).collect();
        self.frames.push(Frame::of(rels));
        let list = types.iter().map(|ty| self.leaf(*ty)).collect();
        self.frames.pop();
        sql!["RETURNING", Sql::exactly(list)]
    }
}
