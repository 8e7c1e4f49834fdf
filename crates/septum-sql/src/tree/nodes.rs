//! The kinds of nodes that say nothing by themselves: their parts are walked.

use pg_query::protobuf as p;

use super::values::Values as _;
use super::{Walk, Walker};

/// One line a kind: its parts, its places in the text, plain data, and parts in which a constant
/// is a value. Every field is named.
macro_rules! nodes {
    ($($kind:ident {
        $($part:ident)* | $($place:ident)* | $($data:ident)* $(| $($value:ident)*)?
    })*) => { $(
        impl Walk for p::$kind {
            #[allow(clippy::allow_attributes, unused_variables, reason = "kinds without parts")]
            fn walk(&mut self, walker: &mut Walker) {
                let Self { $($part,)* $($place,)* $($data: _,)* $($($value,)*)? } = self;
                $($part.walk(walker);)*
                $($($value.walk_values(walker);)*)?
                $(*$place = 0;)*
            }
        }
    )* };
}

nodes! {
    // Names and values.
    Alias { colnames | | aliasname }
    AStar { | | }
    BitString { | | bsval }
    Boolean { | | boolval }
    Integer { | | ival }
    List { items | | }
    ParamRef { | location | number }
    String { | | sval }

    // Expressions.
    AArrayExpr { | location list_start list_end | | elements }
    AIndices { lidx uidx | | is_slice }
    BoolExpr { xpr args | location | boolop }
    BooleanTest { xpr arg | location | booltesttype }
    CaseExpr { xpr arg args | location | casetype casecollid | defresult }
    CaseWhen { xpr expr | location | | result }
    CoalesceExpr { xpr | location | coalescetype coalescecollid | args }
    CurrentOfExpr { xpr | | cvarno cursor_name cursor_param }
    GroupingFunc { xpr args refs | location | agglevelsup }
    GroupingSet { content | location | kind }
    MergeSupportFunc { xpr | location | msftype msfcollid }
    MinMaxExpr { xpr args | location | minmaxtype minmaxcollid inputcollid op }
    MultiAssignRef { source | | colno ncolumns }
    NamedArgExpr { xpr arg | location | name argnumber }
    NullTest { xpr arg | location | nulltesttype argisrow }
    ResTarget { indirection | location | name | val }
    RowExpr { xpr colnames | location | row_typeid row_format | args }
    SetToDefault { xpr | location | type_id type_mod collation }
    SqlValueFunction { xpr | location | op r#type typmod }
    WindowDef { partition_clause order_clause start_offset end_offset | location
        | name refname frame_options }
    XmlExpr { xpr named_args arg_names args | location | op name xmloption indent r#type typmod }
    XmlSerialize { expr type_name | location | xmloption indent }

    // SQL/JSON.
    JsonAggConstructor { output agg_filter agg_order over | location | }
    JsonArgument { val | | name }
    JsonArrayAgg { constructor arg | | absent_on_null }
    JsonArrayConstructor { exprs output | location | absent_on_null }
    JsonArrayQueryConstructor { query output format | location | absent_on_null }
    JsonBehavior { expr | location | btype coerce }
    JsonFormat { | location | format_type encoding }
    JsonFuncExpr { context_item pathspec passing output on_empty on_error | location
        | op column_name wrapper quotes }
    JsonIsPredicate { expr format | location | item_type unique_keys }
    JsonKeyValue { key value | | }
    JsonObjectAgg { constructor arg | | absent_on_null unique }
    JsonObjectConstructor { exprs output | location | absent_on_null unique }
    JsonOutput { type_name returning | | }
    JsonParseExpr { expr output | location | unique_keys }
    JsonReturning { format | | typid typmod }
    JsonScalarExpr { expr output | location | }
    JsonSerializeExpr { expr output | location | }
    JsonTable { context_item pathspec passing columns on_error alias | location | lateral }
    JsonTableColumn { type_name pathspec format columns on_empty on_error | location
        | coltype name wrapper quotes }
    JsonTablePathSpec { string | name_location location | name }
    JsonValueExpr { raw_expr formatted_expr format | | }

    // FROM.
    ColumnDef { type_name raw_default cooked_default identity_sequence coll_clause constraints
            fdwoptions
        | location
        | colname compression inhcount is_local is_not_null is_from_type storage storage_name
            identity generated coll_oid }
    JoinExpr { larg rarg using_clause join_using_alias quals alias | | jointype is_natural rtindex }
    RangeFunction { functions alias coldeflist | | lateral ordinality is_rowsfrom }
    RangeSubselect { subquery alias | | lateral }
    RangeTableFunc { docexpr rowexpr namespaces columns alias | location | lateral }
    RangeTableFuncCol { type_name colexpr coldefexpr | location
        | colname for_ordinality is_not_null }

    // Clauses.
    CteSearchClause { search_col_list | location | search_breadth_first search_seq_column }
    CteCycleClause { cycle_col_list cycle_mark_value cycle_mark_default | location
        | cycle_mark_column cycle_path_column cycle_mark_type cycle_mark_typmod
            cycle_mark_collation cycle_mark_neop }
    CommonTableExpr { aliascolnames ctequery search_clause cycle_clause ctecolnames ctecoltypes
            ctecoltypmods ctecolcollations
        | location
        | ctename ctematerialized cterecursive cterefcount }
    InferClause { index_elems where_clause | location | conname }
    MergeWhenClause { condition target_list values | | match_kind command_type r#override }
    OnConflictClause { infer target_list where_clause | location | action }
    ReturningClause { options exprs | | }
    ReturningOption { | location | option value }

    // Statements whose facts are their parts'.
    ClosePortalStmt { | | portalname }
    DeclareCursorStmt { query | | portalname options }
    ExplainStmt { query options | | }
    FetchStmt { | | direction how_many portalname ismove }
    TransactionStmt { options | location | kind savepoint_name gid chain }
    VariableShowStmt { | | name }
}
