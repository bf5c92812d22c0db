"""DynamoDB as boto3's resources and the AWS CLI use it."""

import decimal
import json
import uuid

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError


@pytest.fixture
def orders(shared):
    """A table by customer and number, with an index by state."""
    resource = boto3.resource(
        "dynamodb",
        endpoint_url=shared.url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    table = resource.create_table(
        TableName=f"orders-{uuid.uuid4().hex[:8]}",
        KeySchema=[
            {"AttributeName": "customer", "KeyType": "HASH"},
            {"AttributeName": "number", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "customer", "AttributeType": "S"},
            {"AttributeName": "number", "AttributeType": "N"},
            {"AttributeName": "state", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-state",
                "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    table.wait_until_exists()
    yield table
    table.delete()
    table.wait_until_not_exists()


def refused(call, *arguments, **named):
    with pytest.raises(ClientError) as refusal:
        call(*arguments, **named)
    return refusal.value.response


def test_an_item_comes_back_as_it_was_put(orders):
    item = {
        "customer": "ann",
        "number": decimal.Decimal("1.50"),
        "lines": [{"what": "tea", "price": decimal.Decimal("1E-20")}, None, True],
        "tags": {"new", "hot"},
        "bytes": b"\x00\xff",
    }
    orders.put_item(Item=item)
    found = orders.get_item(Key={"customer": "ann", "number": decimal.Decimal("1.5")})["Item"]
    assert found == item
    wrong = refused(orders.get_item, Key={"customer": "ann"})
    assert wrong["Error"]["Code"] == "ValidationException"
    assert wrong["Error"]["Message"] == "The provided key element does not match the schema"


def test_a_failed_condition_tells_the_item_that_is_there(orders):
    orders.put_item(Item={"customer": "ann", "number": 1})
    refusal = refused(
        orders.put_item,
        Item={"customer": "ann", "number": 1, "late": True},
        ConditionExpression=Attr("customer").not_exists(),
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    assert refusal["Error"]["Code"] == "ConditionalCheckFailedException"
    assert refusal["Item"] == {"customer": {"S": "ann"}, "number": {"N": "1"}}


def test_an_update_counts_and_tells_what_is_new(orders):
    for _ in range(3):
        answer = orders.update_item(
            Key={"customer": "ann", "number": 1},
            UpdateExpression="ADD seen :one SET #s = if_not_exists(#s, :new)",
            ExpressionAttributeNames={"#s": "state"},
            ExpressionAttributeValues={":one": 1, ":new": "new"},
            ReturnValues="ALL_NEW",
        )
    assert answer["Attributes"] == {"customer": "ann", "number": 1, "seen": 3, "state": "new"}


def test_many_items_are_written_in_batches_and_found_page_by_page(orders):
    with orders.batch_writer(overwrite_by_pkeys=["customer", "number"]) as batch:
        for number in range(60):
            batch.put_item(Item={"customer": "ann", "number": number, "state": "odd" if number % 2 else "even"})
    found, more = [], {}
    while True:
        page = orders.query(
            KeyConditionExpression=Key("customer").eq("ann") & Key("number").between(10, 49),
            FilterExpression=Attr("state").eq("odd"),
            ScanIndexForward=False,
            Limit=7,
            **more,
        )
        found += [int(item["number"]) for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert found == list(range(49, 9, -2))
    pages = orders.meta.client.get_paginator("scan").paginate(
        TableName=orders.name, IndexName="by-state", PaginationConfig={"PageSize": 25}
    )
    assert sum(page["Count"] for page in pages) == 60


def test_a_transaction_happens_whole_or_not_at_all(orders):
    client = orders.meta.client
    put = {"Put": {"TableName": orders.name, "Item": {"customer": "ann", "number": 1}}}
    check = {
        "ConditionCheck": {
            "TableName": orders.name,
            "Key": {"customer": "bob", "number": 1},
            "ConditionExpression": "attribute_exists(customer)",
        }
    }
    refusal = refused(client.transact_write_items, TransactItems=[put, check])
    assert refusal["Error"]["Code"] == "TransactionCanceledException"
    assert [reason["Code"] for reason in refusal["CancellationReasons"]] == ["None", "ConditionalCheckFailed"]
    assert orders.scan()["Count"] == 0
    client.transact_write_items(TransactItems=[put])
    assert orders.scan()["Count"] == 1


def test_the_command_line_makes_fills_and_drops_a_table(shared):
    name = f"cli-{uuid.uuid4().hex[:8]}"
    key = json.dumps({"id": {"S": "one"}})
    table = ["--table-name", name]
    made = shared.aws(
        *["dynamodb", "create-table", *table, "--billing-mode", "PAY_PER_REQUEST"],
        *["--key-schema", "AttributeName=id,KeyType=HASH"],
        *["--attribute-definitions", "AttributeName=id,AttributeType=S"],
    )
    assert made["TableDescription"]["TableArn"].endswith(f"table/{name}")
    shared.aws("dynamodb", "wait", "table-exists", *table)
    shared.aws("dynamodb", "put-item", *table, "--item", key)
    assert shared.aws("dynamodb", "get-item", *table, "--key", key)["Item"] == json.loads(key)
    shared.aws("dynamodb", "delete-table", *table)
    gone = shared.aws("dynamodb", "describe-table", *table, check=False)
    assert f"Requested resource not found: Table: {name} not found" in gone.stderr
