use super::{get, get_request, keep_versions, put, put_request, shelf, text};
use api_s3::*;
use shape::{ByteStream, Bytes, Trailers};

#[tokio::test]
async fn what_was_put_is_got() {
    let model = shelf().await;
    let input = PutObjectRequest {
        content_type: Some("text/plain".into()),
        metadata: Some([("colour".to_owned(), "blue".to_owned())].into()),
        cache_control: Some("max-age=60".into()),
        tagging: Some("a=1&b=two%20words".into()),
        ..put_request("a/b", "hello")
    };
    let answer = model.ask::<PutObject>(input).await.unwrap();
    assert_eq!(answer.e_tag.as_deref(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    assert!(answer.checksum_crc64_nvme.is_some());
    let found = get(&model, "a/b").await.unwrap();
    assert_eq!((found.content_type.as_deref(), found.content_length), (Some("text/plain"), Some(5)));
    assert_eq!(found.metadata.as_ref().unwrap()["colour"], "blue");
    assert_eq!((found.tag_count, found.cache_control.as_deref()), (Some(2), Some("max-age=60")));
    assert_eq!(found.server_side_encryption, Some(ServerSideEncryption::Aes256));
    assert_eq!(found.checksum_crc64_nvme, None, "shown only when asked for");
    assert_eq!(text(found).await, "hello");
    let head = HeadObjectRequest {
        bucket: "shelf".into(),
        key: "a/b".into(),
        checksum_mode: Some(ChecksumMode::Enabled),
        ..Default::default()
    };
    let head = model.ask::<HeadObject>(head).await.unwrap();
    assert_eq!((head.content_length, head.checksum_crc64_nvme), (Some(5), answer.checksum_crc64_nvme));
    let missing = get(&model, "nothing").await.unwrap_err();
    assert_eq!(missing.to_string(), "NoSuchKey: The specified key does not exist.");
}

#[tokio::test]
async fn a_part_of_an_object_is_got_by_range() {
    let model = shelf().await;
    put(&model, "digits", "0123456789").await;
    for (range, body, shown) in
        [("bytes=2-4", "234", "bytes 2-4/10"), ("bytes=-3", "789", "bytes 7-9/10"), ("bytes=8-", "89", "bytes 8-9/10")]
    {
        let input = GetObjectRequest { range: Some(range.into()), ..get_request("digits") };
        let found = model.ask::<GetObject>(input).await.unwrap();
        assert_eq!(found.content_range.as_deref(), Some(shown));
        assert_eq!(text(found).await, body);
    }
    let input = GetObjectRequest { range: Some("bytes=10-".into()), ..get_request("digits") };
    let refused = model.ask::<GetObject>(input).await.unwrap_err();
    assert_eq!((refused.code, refused.status), ("InvalidRange", 416));
}

#[tokio::test]
async fn conditions_decide_whether_there_is_an_answer() {
    let model = shelf().await;
    let etag = put(&model, "k", "one").await.e_tag;
    let input = GetObjectRequest { if_none_match: etag.clone(), ..get_request("k") };
    assert_eq!(model.ask::<GetObject>(input).await.unwrap_err().status, 304);
    let input = GetObjectRequest { if_match: Some("\"other\"".into()), ..get_request("k") };
    assert_eq!(model.ask::<GetObject>(input).await.unwrap_err().code, "PreconditionFailed");
    let only_new = PutObjectRequest { if_none_match: Some("*".into()), ..put_request("k", "two") };
    assert_eq!(model.ask::<PutObject>(only_new).await.unwrap_err().code, "PreconditionFailed");
    let replace = PutObjectRequest { if_match: etag, ..put_request("k", "two") };
    model.ask::<PutObject>(replace).await.unwrap();
    assert_eq!(text(get(&model, "k").await.unwrap()).await, "two");
}

#[tokio::test]
async fn a_body_that_is_not_what_was_announced_leaves_no_trace() {
    let model = shelf().await;
    let wrong = PutObjectRequest { content_md5: Some("XUFAKrxLKna5cZ2REBfFkg==".into()), ..put_request("k", "x") };
    assert_eq!(model.ask::<PutObject>(wrong).await.unwrap_err().code, "BadDigest");
    let garbage = PutObjectRequest { content_md5: Some("garbage".into()), ..put_request("k", "x") };
    assert_eq!(model.ask::<PutObject>(garbage).await.unwrap_err().code, "InvalidDigest");
    let wrong = PutObjectRequest { checksum_crc32: Some("AAAAAA==".into()), ..put_request("k", "x") };
    let refused = model.ask::<PutObject>(wrong).await.unwrap_err();
    assert_eq!(refused.to_string(), "BadDigest: The CRC32 you specified did not match what we received.");
    assert_eq!(get(&model, "k").await.unwrap_err().code, "NoSuchKey");
}

#[tokio::test]
async fn a_checksum_may_follow_the_body() {
    let model = shelf().await;
    let with = |sum: &str| {
        let trailers = Trailers::announced(["x-amz-checksum-crc32"]);
        trailers.arrive([("x-amz-checksum-crc32".to_owned(), sum.to_owned())]);
        let body = ByteStream::from(Bytes::from_static(b"123456789")).followed_by(trailers);
        PutObjectRequest { body, ..put_request("k", "") }
    };
    assert_eq!(model.ask::<PutObject>(with("AAAAAA==")).await.unwrap_err().code, "BadDigest");
    let answer = model.ask::<PutObject>(with("y/Q5Jg==")).await.unwrap();
    assert_eq!(answer.checksum_crc32.as_deref(), Some("y/Q5Jg=="));
}

#[tokio::test]
async fn keys_are_listed_in_pages_with_their_common_prefixes() {
    let model = shelf().await;
    for key in ["a", "b/1", "b/2", "c", "d/1", "ä"] {
        put(&model, key, "x").await;
    }
    let mut input = ListObjectsV2Request {
        bucket: "shelf".into(),
        delimiter: Some("/".into()),
        max_keys: Some(2),
        ..Default::default()
    };
    let mut seen = Vec::new();
    loop {
        let page = model.ask::<ListObjectsV2>(input.clone()).await.unwrap();
        assert!(page.key_count <= Some(2));
        seen.extend(page.contents.unwrap().into_iter().filter_map(|object| object.key));
        seen.extend(page.common_prefixes.unwrap().into_iter().filter_map(|group| group.prefix));
        if page.next_continuation_token.is_none() {
            assert_eq!(page.is_truncated, Some(false));
            break;
        }
        input.continuation_token = page.next_continuation_token;
    }
    assert_eq!(seen, ["a", "b/", "c", "d/", "ä"]);
    let input = ListObjectsRequest {
        bucket: "shelf".into(),
        marker: Some("c".into()),
        encoding_type: Some(EncodingType::Url),
        ..Default::default()
    };
    let page = model.ask::<ListObjects>(input).await.unwrap();
    let keys: Vec<_> = page.contents.unwrap().into_iter().filter_map(|object| object.key).collect();
    assert_eq!(keys, ["d/1", "%C3%A4"]);
}

#[tokio::test]
async fn versions_lie_on_each_other() {
    let model = shelf().await;
    put(&model, "k", "before").await;
    keep_versions(&model, "Enabled").await;
    let one = put(&model, "k", "one").await.version_id.unwrap();
    let two = put(&model, "k", "two").await.version_id.unwrap();
    let version = |id: &str| GetObjectRequest { version_id: Some(id.into()), ..get_request("k") };
    assert_eq!(text(model.ask::<GetObject>(version(&one)).await.unwrap()).await, "one");
    assert_eq!(text(model.ask::<GetObject>(version("null")).await.unwrap()).await, "before");
    let delete = DeleteObjectRequest { bucket: "shelf".into(), key: "k".into(), ..Default::default() };
    let marker = model.ask::<DeleteObject>(delete.clone()).await.unwrap();
    assert_eq!(marker.delete_marker, Some(true));
    assert_eq!(get(&model, "k").await.unwrap_err().code, "NoSuchKey");
    let listed = ListObjectVersionsRequest { bucket: "shelf".into(), ..Default::default() };
    let page = model.ask::<ListObjectVersions>(listed.clone()).await.unwrap();
    let ids: Vec<_> = page.versions.unwrap().into_iter().filter_map(|version| version.version_id).collect();
    assert_eq!(ids, [two.as_str(), one.as_str(), "null"]);
    assert_eq!(page.delete_markers.unwrap()[0].is_latest, Some(true));
    let page = ListObjectVersionsRequest { max_keys: Some(2), ..listed };
    let first = model.ask::<ListObjectVersions>(page.clone()).await.unwrap();
    assert_eq!(first.next_version_id_marker.as_deref(), Some(two.as_str()));
    let next = ListObjectVersionsRequest {
        key_marker: first.next_key_marker,
        version_id_marker: first.next_version_id_marker,
        ..page
    };
    let second = model.ask::<ListObjectVersions>(next).await.unwrap();
    let ids: Vec<_> = second.versions.unwrap().into_iter().filter_map(|version| version.version_id).collect();
    assert_eq!(ids, [one.as_str(), "null"]);
    let unmark = DeleteObjectRequest { version_id: marker.version_id, ..delete };
    model.ask::<DeleteObject>(unmark).await.unwrap();
    assert_eq!(text(get(&model, "k").await.unwrap()).await, "two");
}

#[tokio::test]
async fn several_objects_are_deleted_at_once() {
    let model = shelf().await;
    put(&model, "a", "x").await;
    let named = |key: &str| ObjectIdentifier { key: key.into(), ..Default::default() };
    let input = DeleteObjectsRequest {
        bucket: "shelf".into(),
        delete: Delete { objects: vec![named("a"), named("never there")], quiet: None },
        ..Default::default()
    };
    let answer = model.ask::<DeleteObjects>(input).await.unwrap();
    assert_eq!(answer.deleted.unwrap().len(), 2);
    assert_eq!(get(&model, "a").await.unwrap_err().code, "NoSuchKey");
}
