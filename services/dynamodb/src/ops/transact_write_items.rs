use crate::{
    DynamoDb,
    capacity::Spent,
    check,
    expression::{Condition, Placeholders, Update, parse_condition, parse_update},
    leading,
    state::{self, TOKEN_TIMES, TOKENS, Token, TokenTime},
    table::Table,
    value::{Item, item_of, to_attributes},
    write::{Failed, Plan},
};
use api_dynamodb::{
    AttributeValue, CancellationReason, ReturnValuesOnConditionCheckFailure as OnFailure, TransactWriteItem,
    TransactWriteItems, TransactWriteItemsInput, TransactWriteItemsOutput, TransactionCanceledException as Detail,
    errors,
};
use kernel::{Access, Call, Outcome, Tx, Write};
use sha2::{Digest, Sha256};
use shape::{ApiError, Map};
use std::collections::BTreeSet;

/// AWS: "a client request token is valid for 10 minutes after the first request that uses it is completed".
const TOKEN_SECONDS: i64 = 600;

/// So many tokens that are no longer valid are forgotten with each new one.
const FORGOTTEN_AT_ONCE: usize = 4;

impl Write<TransactWriteItems> for DynamoDb {
    fn access(call: &Call, input: &TransactWriteItemsInput) -> Access {
        let items = input.transact_items.iter();
        // AWS: what is allowed item by item is the operation on that item.
        items.fold(Access::open(), |mut access, item| {
            let parts = [
                (
                    "dynamodb:ConditionCheckItem",
                    item.condition_check.as_ref().map(|part| (&part.table_name, &part.key)),
                ),
                ("dynamodb:PutItem", item.put.as_ref().map(|part| (&part.table_name, &part.item))),
                ("dynamodb:DeleteItem", item.delete.as_ref().map(|part| (&part.table_name, &part.key))),
                ("dynamodb:UpdateItem", item.update.as_ref().map(|part| (&part.table_name, &part.key))),
            ];
            for (action, part) in parts {
                if let Some((table, key)) = part {
                    access = leading::with_items(access.and(action, state::arn(call, table)), [key]);
                }
            }
            access
        })
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: TransactWriteItemsInput) -> Outcome<TransactWriteItemsOutput> {
        let is_repeated = match &input.client_request_token {
            Some(token) => note_token(tx, call, token, &input.transact_items)?,
            None => false,
        };
        if is_repeated {
            return Ok(TransactWriteItemsOutput::default());
        }
        let parts = input.transact_items.into_iter().map(Part::of).collect::<Outcome<Vec<_>>>()?;
        let mut outcomes = Vec::new();
        let mut spent: Map<Spent> = Map::new();
        let mut places = BTreeSet::new();
        for part in parts {
            let table = state::get_table(tx, call, &part.table)?;
            // AWS: an empty key is the request's fault; that of another type cancels the transaction.
            check::check_not_empty(&table, &part.key)?;
            let returns_old = part.returns_old;
            let outcome = part.plan(&table).map_err(Failed::Error).and_then(|plan| {
                if !places.insert((table.space, plan.place.clone())) {
                    return Err(Failed::Error(duplicate()));
                }
                plan.run(tx, &table)
            });
            match outcome {
                Err(Failed::Error(error)) if error.code != "ValidationException" || error.message == DUPLICATE => {
                    return Err(error);
                }
                Err(failed) => outcomes.push(Some((failed, returns_old))),
                Ok(done) => {
                    spent.entry(table.name).or_default().add(done.spent.twice());
                    outcomes.push(None);
                }
            }
        }
        if outcomes.iter().any(Option::is_some) {
            return Err(canceled(outcomes));
        }
        let wanted = input.return_consumed_capacity;
        let capacities: Vec<_> =
            spent.iter().filter_map(|(name, spent)| spent.answer_transaction(wanted, name)).collect();
        Ok(TransactWriteItemsOutput { consumed_capacity: (!capacities.is_empty()).then_some(capacities) })
    }
}

const DUPLICATE: &str = "Transaction request cannot include multiple operations on one item";

fn duplicate() -> ApiError {
    ApiError::validation(DUPLICATE)
}

/// One of the items, its expressions read.
struct Part {
    table: String,
    returns_old: bool,
    key: Item,
    condition: Option<Condition>,
    change: Change,
}

enum Change {
    Check,
    Put,
    Delete,
    Update(Update),
}

impl Part {
    fn of(item: TransactWriteItem) -> Outcome<Self> {
        let TransactWriteItem { condition_check, put, delete, update } = item;
        match (condition_check, put, delete, update) {
            (Some(check), None, None, None) => {
                let condition = Some(check.condition_expression);
                let names = (check.expression_attribute_names, check.expression_attribute_values);
                let on_failure = check.return_values_on_condition_check_failure;
                Self::read(check.table_name, check.key, condition, names, on_failure, |_| Ok(Change::Check), None)
            }
            (None, Some(put), None, None) => {
                let names = (put.expression_attribute_names, put.expression_attribute_values);
                let on_failure = put.return_values_on_condition_check_failure;
                let condition = put.condition_expression;
                Self::read(put.table_name, put.item, condition, names, on_failure, |_| Ok(Change::Put), None)
            }
            (None, None, Some(delete), None) => {
                let names = (delete.expression_attribute_names, delete.expression_attribute_values);
                let on_failure = delete.return_values_on_condition_check_failure;
                let condition = delete.condition_expression;
                Self::read(delete.table_name, delete.key, condition, names, on_failure, |_| Ok(Change::Delete), None)
            }
            (None, None, None, Some(update)) => {
                let names = (update.expression_attribute_names, update.expression_attribute_values);
                let on_failure = update.return_values_on_condition_check_failure;
                let text = update.update_expression;
                let change = |placeholders: &mut Placeholders| parse_update(&text, placeholders).map(Change::Update);
                let condition = update.condition_expression;
                Self::read(update.table_name, update.key, condition, names, on_failure, change, Some(&text))
            }
            _ => Err(ApiError::validation("TransactItems can only contain one of Check, Put, Update or Delete")),
        }
    }

    fn read(
        table: String,
        key: Map<AttributeValue>,
        condition: Option<String>,
        (names, values): (Option<Map<String>>, Option<Map<AttributeValue>>),
        on_failure: Option<OnFailure>,
        change: impl FnOnce(&mut Placeholders) -> Outcome<Change>,
        update: Option<&String>,
    ) -> Outcome<Self> {
        let given = [("UpdateExpression", update), ("ConditionExpression", condition.as_ref())];
        let mut placeholders = Placeholders::new(names, values, &given)?;
        let change = change(&mut placeholders)?;
        let condition =
            condition.map(|text| parse_condition("ConditionExpression", &text, &mut placeholders)).transpose()?;
        placeholders.check_used()?;
        let returns_old = on_failure == Some(OnFailure::AllOld);
        Ok(Self { table, returns_old, key: item_of(key)?, condition, change })
    }

    fn plan(self, table: &Table) -> Outcome<Plan> {
        let Self { key, condition, change, .. } = self;
        match change {
            Change::Put => Plan::put(table, key, condition),
            Change::Delete => Plan::delete(table, key, condition),
            Change::Update(update) => Plan::update(table, key, update, condition),
            Change::Check => Plan::check(table, key, condition.expect("a check has a condition")),
        }
    }
}

/// Remembers the token. True: the same transaction was done with it before.
fn note_token(tx: &mut Tx<'_>, call: &Call, token: &str, items: &[TransactWriteItem]) -> Outcome<bool> {
    let digest = Sha256::digest(format!("{items:?}")).to_vec();
    let oldest = call.now.plus_secs(-TOKEN_SECONDS);
    if let Some(known) = tx.get(&TOKENS, token)?.filter(|known| known.used > oldest) {
        if known.digest == digest {
            return Ok(true);
        }
        return Err(errors::idempotent_parameter_mismatch_exception(
            "The request uses the same client token as a previous, but non-identical request. Do not reuse a client \
             token with different requests, unless the requests are identical.",
        ));
    }
    let mut stale = Vec::new();
    for row in tx.scan(&TOKEN_TIMES, ()).take(FORGOTTEN_AT_ONCE) {
        let (key, _) = row?;
        if key.0 <= oldest {
            stale.push(key);
        }
    }
    for (used, name) in stale {
        if tx.get(&TOKENS, name.as_str())?.is_some_and(|known| known.used == used) {
            tx.delete(&TOKENS, name.as_str());
        }
        tx.delete(&TOKEN_TIMES, (used, name));
    }
    tx.put(&TOKENS, token, &Token { digest, used: call.now })?;
    tx.put(&TOKEN_TIMES, (call.now, token), &TokenTime {})?;
    Ok(false)
}

/// The error of a transaction of which some items failed.
fn canceled(outcomes: Vec<Option<(Failed, bool)>>) -> ApiError {
    let reasons: Vec<_> = outcomes.into_iter().map(reason).collect();
    let codes: Vec<_> = reasons.iter().filter_map(|reason| reason.code.as_deref()).collect();
    let message =
        format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{}]", codes.join(", "));
    let detail = Detail { message: None, cancellation_reasons: Some(reasons) };
    errors::transaction_canceled_exception(message).with(&api_dynamodb::shapes::TransactionCanceledException, detail)
}

fn reason(outcome: Option<(Failed, bool)>) -> CancellationReason {
    let (code, message, item) = match outcome {
        None => ("None", None, None),
        Some((Failed::Condition(item), returns_old)) => {
            let item = item.filter(|_| returns_old).map(to_attributes);
            ("ConditionalCheckFailed", Some("The conditional request failed".to_owned()), item)
        }
        Some((Failed::Error(error), _)) => ("ValidationError", Some(error.message), None),
    };
    CancellationReason { item, code: Some(code.into()), message }
}
