//! The kinds of nodes that are read, by the names that `pg_query.proto` gives them and their fields
//! in JSON. A kind or a field that is missing here costs time only: its text is parsed the long
//! way.

use pg_query::protobuf as p;
use pg_query::protobuf::a_const::Val;
use pg_query::protobuf::node::Node as NodeEnum;

use super::json::{Json, Reader};

macro_rules! field {
    ($reader:ident) => {
        Json::read($reader)?
    };
    // An enumeration is a number in the tree, and a name in JSON.
    ($reader:ident, $names:ident) => {
        i32::from(p::$names::from_str_name($reader.word()?)?)
    };
}

macro_rules! kinds {
    ($($kind:ident { $($field:ident $key:literal $($names:ident)?),* $(,)? })*) => { $(
        impl Json for p::$kind {
            #[allow(clippy::allow_attributes, unreachable_code, unused, reason = "no fields")]
            fn read(reader: &mut Reader<'_>) -> Option<Self> {
                let mut node = Self::default();
                reader.object(|reader, key| {
                    match key {
                        $($key => node.$field = field!(reader $(, $names)?),)*
                        _ => return None,
                    }
                    Some(())
                })?;
                Some(node)
            }
        }
    )* };
}

kinds! {
    SelectStmt {
        distinct_clause "distinctClause", target_list "targetList", from_clause "fromClause",
        where_clause "whereClause", group_clause "groupClause", group_distinct "groupDistinct",
        having_clause "havingClause", window_clause "windowClause", values_lists "valuesLists",
        sort_clause "sortClause", limit_offset "limitOffset", limit_count "limitCount",
        limit_option "limitOption" LimitOption, locking_clause "lockingClause", with_clause
        "withClause", op "op" SetOperation, all "all", larg "larg", rarg "rarg",
    }
    InsertStmt {
        relation "relation", cols "cols", select_stmt "selectStmt", on_conflict_clause
        "onConflictClause", returning_clause "returningClause", with_clause "withClause",
        r#override "override" OverridingKind,
    }
    UpdateStmt {
        relation "relation", target_list "targetList", where_clause "whereClause", from_clause
        "fromClause", returning_clause "returningClause", with_clause "withClause",
    }
    DeleteStmt {
        relation "relation", using_clause "usingClause", where_clause "whereClause",
        returning_clause "returningClause", with_clause "withClause",
    }
    RangeVar {
        catalogname "catalogname", schemaname "schemaname", relname "relname", inh "inh",
        relpersistence "relpersistence", alias "alias", location "location",
    }
    Alias { aliasname "aliasname", colnames "colnames" }
    JoinExpr {
        jointype "jointype" JoinType, is_natural "isNatural", larg "larg", rarg "rarg",
        using_clause "usingClause", join_using_alias "join_using_alias", quals "quals", alias
        "alias", rtindex "rtindex",
    }
    ResTarget { name "name", indirection "indirection", val "val", location "location" }
    ColumnRef { fields "fields", location "location" }
    AStar {  }
    AExpr {
        kind "kind" AExprKind, name "name", lexpr "lexpr", rexpr "rexpr", rexpr_list_start
        "rexpr_list_start", rexpr_list_end "rexpr_list_end", location "location",
    }
    BoolExpr { boolop "boolop" BoolExprType, args "args", location "location" }
    NullTest {
        arg "arg", nulltesttype "nulltesttype" NullTestType, argisrow "argisrow", location
        "location",
    }
    BooleanTest { arg "arg", booltesttype "booltesttype" BoolTestType, location "location" }
    FuncCall {
        funcname "funcname", args "args", agg_order "agg_order", agg_filter "agg_filter", over
        "over", agg_within_group "agg_within_group", agg_star "agg_star", agg_distinct
        "agg_distinct", func_variadic "func_variadic", funcformat "funcformat" CoercionForm,
        location "location",
    }
    TypeCast { arg "arg", type_name "typeName", location "location" }
    TypeName {
        names "names", type_oid "typeOid", setof "setof", pct_type "pct_type", typmods
        "typmods", typemod "typemod", array_bounds "arrayBounds", location "location",
    }
    SortBy {
        node "node", sortby_dir "sortby_dir" SortByDir, sortby_nulls "sortby_nulls" SortByNulls,
        use_op "useOp", location "location",
    }
    ParamRef { number "number", location "location" }
    SubLink {
        sub_link_type "subLinkType" SubLinkType, sub_link_id "subLinkId", testexpr "testexpr",
        oper_name "operName", subselect "subselect", location "location",
    }
    String { sval "sval" }
    Integer { ival "ival" }
    Float { fval "fval" }
    Boolean { boolval "boolval" }
    List { items "items" }
    CaseExpr {
        casetype "casetype", casecollid "casecollid", arg "arg", args "args", defresult
        "defresult", location "location",
    }
    CaseWhen { expr "expr", result "result", location "location" }
    CoalesceExpr {
        coalescetype "coalescetype", coalescecollid "coalescecollid", args "args", location
        "location",
    }
    MinMaxExpr {
        minmaxtype "minmaxtype", minmaxcollid "minmaxcollid", inputcollid "inputcollid", op "op"
        MinMaxOp, args "args", location "location",
    }
    CommonTableExpr {
        ctename "ctename", aliascolnames "aliascolnames", ctematerialized "ctematerialized"
        CteMaterialize, ctequery "ctequery", location "location", cterecursive "cterecursive",
        cterefcount "cterefcount", ctecolnames "ctecolnames", ctecoltypes "ctecoltypes",
        ctecoltypmods "ctecoltypmods", ctecolcollations "ctecolcollations",
    }
    WithClause { ctes "ctes", recursive "recursive", location "location" }
    RangeSubselect { lateral "lateral", subquery "subquery", alias "alias" }
    OnConflictClause {
        action "action" OnConflictAction, infer "infer", target_list "targetList", where_clause
        "whereClause", location "location",
    }
    InferClause {
        index_elems "indexElems", where_clause "whereClause", conname "conname", location
        "location",
    }
    IndexElem {
        name "name", expr "expr", indexcolname "indexcolname", collation "collation", opclass
        "opclass", opclassopts "opclassopts", ordering "ordering" SortByDir, nulls_ordering
        "nulls_ordering" SortByNulls,
    }
    ReturningClause { options "options", exprs "exprs" }
    LockingClause {
        locked_rels "lockedRels", strength "strength" LockClauseStrength, wait_policy
        "waitPolicy" LockWaitPolicy,
    }
    AArrayExpr {
        elements "elements", list_start "list_start", list_end "list_end", location "location",
    }
    AIndirection { arg "arg", indirection "indirection" }
    AIndices { is_slice "is_slice", lidx "lidx", uidx "uidx" }
    RowExpr {
        args "args", row_typeid "row_typeid", row_format "row_format" CoercionForm, colnames
        "colnames", location "location",
    }
    SqlValueFunction {
        op "op" SqlValueFunctionOp, r#type "type", typmod "typmod", location "location",
    }
    WindowDef {
        name "name", refname "refname", partition_clause "partitionClause", order_clause
        "orderClause", frame_options "frameOptions", start_offset "startOffset", end_offset
        "endOffset", location "location",
    }
    CollateClause { arg "arg", collname "collname", location "location" }
    SetToDefault {
        type_id "typeId", type_mod "typeMod", collation "collation", location "location",
    }
    TransactionStmt {
        kind "kind" TransactionStmtKind, options "options", savepoint_name "savepoint_name", gid
        "gid", chain "chain", location "location",
    }
    BitString { bsval "bsval" }
}

macro_rules! nodes {
    ($($key:literal $kind:ident),* $(,)?) => {
        impl Json for p::Node {
            fn read(reader: &mut Reader<'_>) -> Option<Self> {
                let mut node = None;
                reader.object(|reader, key| {
                    let read = match key {
                        $($key => NodeEnum::$kind(Json::read(reader)?),)*
                        _ => return None,
                    };
                    // One node is one kind.
                    node.replace(read).is_none().then_some(())
                })?;
                Some(Self { node })
            }
        }
    };
}

nodes! {
    "SelectStmt" SelectStmt, "InsertStmt" InsertStmt, "UpdateStmt" UpdateStmt, "DeleteStmt"
    DeleteStmt, "RangeVar" RangeVar, "Alias" Alias, "JoinExpr" JoinExpr, "ResTarget" ResTarget,
    "ColumnRef" ColumnRef, "A_Star" AStar, "A_Expr" AExpr, "BoolExpr" BoolExpr, "NullTest"
    NullTest, "BooleanTest" BooleanTest, "FuncCall" FuncCall, "TypeCast" TypeCast, "TypeName"
    TypeName, "SortBy" SortBy, "ParamRef" ParamRef, "SubLink" SubLink, "String" String,
    "Integer" Integer, "Float" Float, "Boolean" Boolean, "List" List, "CaseExpr" CaseExpr,
    "CaseWhen" CaseWhen, "CoalesceExpr" CoalesceExpr, "MinMaxExpr" MinMaxExpr, "CommonTableExpr"
    CommonTableExpr, "RangeSubselect" RangeSubselect, "IndexElem" IndexElem, "LockingClause"
    LockingClause, "A_ArrayExpr" AArrayExpr, "A_Indirection" AIndirection, "A_Indices" AIndices,
    "RowExpr" RowExpr, "SQLValueFunction" SqlvalueFunction, "WindowDef" WindowDef,
    "CollateClause" CollateClause, "SetToDefault" SetToDefault, "TransactionStmt"
    TransactionStmt, "BitString" BitString, "A_Const" AConst
}

impl Json for p::AConst {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let mut node = Self::default();
        reader.object(|reader, key| {
            match key {
                "isnull" => node.isnull = Json::read(reader)?,
                "location" => node.location = Json::read(reader)?,
                "ival" => node.val = Some(Val::Ival(Json::read(reader)?)),
                "fval" => node.val = Some(Val::Fval(Json::read(reader)?)),
                "boolval" => node.val = Some(Val::Boolval(Json::read(reader)?)),
                "sval" => node.val = Some(Val::Sval(Json::read(reader)?)),
                "bsval" => node.val = Some(Val::Bsval(Json::read(reader)?)),
                _ => return None,
            }
            Some(())
        })?;
        Some(node)
    }
}
