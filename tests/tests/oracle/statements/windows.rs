use super::Maker;
use crate::tree::{Sql, sql};
use crate::ty::Ty;

impl Maker<'_> {
    /// A window function, where the query's columns may stand.
    pub(super) fn window(&mut self, ty: Ty) -> Option<Sql> {
        let order = self.all_there_is();
        if order.is_empty() || self.frames.last().is_some_and(|frame| frame.no_window) {
            return None;
        }
        let call = self.window_call(ty)?;
        let by = *self.dice.pick(&[Ty::Int, Ty::Text, Ty::Bool]);
        let partition = match self.column(by) {
            Some(column) if self.dice.percent(60) => Some(sql!["PARTITION BY", column]),
            Some(_) | None => None,
        };
        let direction = *self.dice.pick(&["", "DESC", "NULLS FIRST"]);
        let order = order.into_iter().map(|one| sql![one, direction]).collect();
        let frame = *self.dice.pick(&[
            "",
            "",
            "ROWS BETWEEN 1 PRECEDING AND CURRENT ROW",
            "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW",
            "GROUPS 1 PRECEDING",
        ]);
        Some(sql![call, "OVER (", partition, "ORDER BY", Sql::exactly(order), frame, ")"])
    }

    fn window_call(&mut self, ty: Ty) -> Option<Sql> {
        Some(match ty {
            Ty::Big => match self.dice.below(5) {
                0 => "row_number ( )".into(),
                1 => "rank ( )".into(),
                2 => "count ( * )".into(),
                3 => "dense_rank ( )".into(),
                _ => sql!["sum (", self.column(Ty::Int)?, ")"],
            },
            Ty::Int => match self.dice.below(3) {
                0 => "ntile ( 3 )".into(),
                1 => sql!["lag (", self.column(ty)?, ", 1 )"],
                _ => sql!["nth_value (", self.column(ty)?, ", 2 )"],
            },
            Ty::Text | Ty::Date | Ty::Uuid | Ty::Json | Ty::Bool | Ty::Num | Ty::Ints => {
                let function = *self.dice.pick(&["first_value (", "last_value (", "lead ("]);
                sql![function, self.column(ty)?, ")"]
            }
        })
    }
}
