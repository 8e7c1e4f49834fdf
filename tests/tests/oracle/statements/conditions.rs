use super::Maker;
use crate::tree::{Sql, sql};
use crate::ty::Ty;

/// Types that any two of can be compared with less and greater.
pub(super) const ORDERED: [Ty; 6] = [Ty::Int, Ty::Big, Ty::Text, Ty::Num, Ty::Date, Ty::Uuid];

impl Maker<'_> {
    /// `WHERE ...`.
    pub(super) fn filter(&mut self, percent: usize) -> Option<Sql> {
        self.maybe(percent, |maker| sql!["WHERE", maker.expr(Ty::Bool)])
    }

    /// A condition that is no plain column.
    pub(super) fn condition(&mut self) -> Sql {
        match self.dice.below(24) {
            0..=4 => self.comparison(),
            5 | 6 | 17..=19 => {
                let operator = *self.dice.pick(&["AND", "OR", "OR"]);
                sql!["(", self.expr(Ty::Bool), ")", operator, "(", self.expr(Ty::Bool), ")"]
            }
            7 => sql!["NOT (", self.expr(Ty::Bool), ")"],
            8 => {
                let ty = *self.dice.pick(&crate::ty::ALL);
                let test = *self.dice.pick(&["IS NULL", "IS NOT NULL"]);
                sql!["(", self.expr(ty), ")", test]
            }
            9 => {
                let test = *self.dice.pick(&["IS TRUE", "IS NOT TRUE", "IS UNKNOWN"]);
                sql!["(", self.expr(Ty::Bool), ")", test]
            }
            10 => {
                let ty = *self.dice.pick(&ORDERED);
                let operator = *self.dice.pick(&["IN (", "NOT IN ("]);
                let items = vec![self.expr(ty), self.expr(ty)];
                sql!["(", self.expr(ty), ")", operator, Sql::comma(items), ")"]
            }
            11 => {
                let ty = *self.dice.pick(&ORDERED);
                sql!["(", self.expr(ty), ") BETWEEN", self.leaf(ty), "AND", self.leaf(ty)]
            }
            12 => sql!["(", self.expr(Ty::Text), ") LIKE ( '%' ||", self.expr(Ty::Text), ")"],
            13 => sql!["(", self.expr(Ty::Int), ") = ANY ( (", self.expr(Ty::Ints), ") :: int[] )"],
            14 => sql!["(", self.expr(Ty::Json), ") @>", self.leaf(Ty::Json)],
            15 => self.of_rows(),
            16 => sql!["(", self.trap(), ") > -1000"],
            _ if self.may_query() => self.of_a_query(),
            _ => self.comparison(),
        }
    }

    pub(super) fn comparison(&mut self) -> Sql {
        let ty = *self.dice.pick(&ORDERED);
        let operator = *self.dice.pick(&[
            "=",
            "=",
            "=",
            "<>",
            "<",
            ">=",
            "IS DISTINCT FROM",
            "IS NOT DISTINCT FROM",
        ]);
        sql!["(", self.expr(ty), ")", operator, "(", self.expr(ty), ")"]
    }

    fn of_rows(&mut self) -> Sql {
        match (self.row(), self.dice.below(4)) {
            (Some(rel), 0) => sql![rel.alias, "IS NOT NULL"],
            (Some(rel), 1) => sql![format!("{0} IS NOT DISTINCT FROM {0}", rel.alias)],
            (Some(rel), 2) => {
                sql!["to_jsonb (", rel.alias, ") ->> 'title' <>", self.leaf(Ty::Text)]
            }
            _ => sql![
                "(",
                self.expr(Ty::Int),
                ",",
                self.expr(Ty::Text),
                ") = (",
                self.expr(Ty::Int),
                ",",
                self.expr(Ty::Text),
                ")"
            ],
        }
    }

    /// That two columns of a type are equal: one of these and one of those.
    pub(super) fn equality(
        &mut self,
        left: &[(String, Ty)],
        right: &[(String, Ty)],
    ) -> Option<Sql> {
        let mut pairs = Vec::new();
        for (one, ty) in left {
            let same = right.iter().filter(|(_, other)| other == ty && ORDERED.contains(ty));
            pairs.extend(same.map(|(other, _)| format!("{one} = {other}")));
        }
        if pairs.is_empty() { None } else { Some(self.dice.pick(&pairs).clone().into()) }
    }
}
