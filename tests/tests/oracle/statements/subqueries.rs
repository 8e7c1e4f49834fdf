use super::Maker;
use super::conditions::ORDERED;
use crate::tree::{Sql, sql};
use crate::ty::Ty;

impl Maker<'_> {
    /// Whether a query may stand in an expression here.
    pub(super) fn may_query(&self) -> bool {
        self.fuel > 1 && !self.frames.last().is_some_and(|frame| frame.in_aggregate)
    }

    /// A query of one value at most.
    pub(super) fn scalar(&mut self, ty: Ty) -> Sql {
        if self.dice.percent(50) {
            return sql!["(", self.query_of(&[ty]), "ORDER BY 1 LIMIT 1 )"];
        }
        let max = matches!(ty, Ty::Int | Ty::Big | Ty::Text | Ty::Num | Ty::Date);
        let function = match ty {
            _ if max => *self.dice.pick(&["max (", "min ("]),
            Ty::Bool => "bool_or (",
            Ty::Big | Ty::Int | Ty::Text | Ty::Num | Ty::Date => "max (",
            Ty::Json | Ty::Ints | Ty::Uuid => {
                return sql!["(", self.query_of(&[ty]), "ORDER BY 1 LIMIT 1 )"];
            }
        };
        let inner = self.query_of(&[ty]);
        let name = self.name("s");
        sql!["( SELECT", function, "x ) FROM (", inner, ")", format!("AS {name} ( x ) )")]
    }

    /// EXISTS, IN, ANY, ALL.
    pub(super) fn of_a_query(&mut self) -> Sql {
        let ty = *self.dice.pick(&ORDERED);
        match self.dice.below(5) {
            0 | 1 => {
                let not = if self.dice.percent(40) { "NOT" } else { "" };
                sql![not, "EXISTS (", self.query(), ")"]
            }
            2 => {
                let operator = *self.dice.pick(&["IN (", "NOT IN ("]);
                sql!["(", self.expr(ty), ")", operator, self.query_of(&[ty]), ")"]
            }
            3 => {
                let operator = *self.dice.pick(&["= ANY (", "< ALL (", ">= SOME ("]);
                sql!["(", self.expr(ty), ")", operator, self.query_of(&[ty]), ")"]
            }
            _ => {
                let types = [Ty::Int, ty];
                sql![
                    "(",
                    self.expr(Ty::Int),
                    ",",
                    self.expr(ty),
                    ") IN (",
                    self.query_of(&types),
                    ")"
                ]
            }
        }
    }
}
