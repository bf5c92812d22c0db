use super::{get, get_request, put, shelf, text};
use api_s3::*;
use shape::{ByteStream, Bytes};
use testkit::Model;

const MIB: usize = 1 << 20;

async fn begin(model: &Model, algorithm: Option<ChecksumAlgorithm>) -> String {
    let input = CreateMultipartUploadRequest {
        bucket: "shelf".into(),
        key: "big".into(),
        checksum_algorithm: algorithm,
        content_type: Some("text/plain".into()),
        ..Default::default()
    };
    model.ask::<CreateMultipartUpload>(input).await.unwrap().upload_id.unwrap()
}

async fn part(model: &Model, upload_id: &str, number: i32, body: Vec<u8>) -> CompletedPart {
    let input = UploadPartRequest {
        bucket: "shelf".into(),
        key: "big".into(),
        upload_id: upload_id.into(),
        part_number: number,
        body: ByteStream::from(Bytes::from(body)),
        ..Default::default()
    };
    let answer = model.ask::<UploadPart>(input).await.unwrap();
    CompletedPart { e_tag: answer.e_tag, part_number: Some(number), ..Default::default() }
}

fn complete(upload_id: &str, parts: Vec<CompletedPart>) -> CompleteMultipartUploadRequest {
    CompleteMultipartUploadRequest {
        bucket: "shelf".into(),
        key: "big".into(),
        upload_id: upload_id.into(),
        multipart_upload: Some(CompletedMultipartUpload { parts: Some(parts) }),
        ..Default::default()
    }
}

#[tokio::test]
async fn parts_become_one_object() {
    let model = shelf().await;
    let id = begin(&model, Some(ChecksumAlgorithm::Crc32)).await;
    let one = part(&model, &id, 1, vec![b'a'; 5 * MIB]).await;
    let two = part(&model, &id, 2, b"tail".to_vec()).await;
    let listed = ListPartsRequest {
        bucket: "shelf".into(),
        key: "big".into(),
        upload_id: id.clone(),
        max_parts: Some(1),
        ..Default::default()
    };
    let page = model.ask::<ListParts>(listed).await.unwrap();
    assert_eq!((page.is_truncated, page.next_part_number_marker), (Some(true), Some(1)));
    let wrong = model.ask::<CompleteMultipartUpload>(complete(&id, vec![two.clone(), one.clone()])).await.unwrap_err();
    assert_eq!(wrong.code, "InvalidPartOrder");
    let unknown = CompletedPart { part_number: Some(9), ..one.clone() };
    let wrong = model.ask::<CompleteMultipartUpload>(complete(&id, vec![unknown])).await.unwrap_err();
    assert_eq!(wrong.code, "InvalidPart");
    let done = model.ask::<CompleteMultipartUpload>(complete(&id, vec![one, two])).await.unwrap();
    assert!(done.e_tag.as_deref().unwrap().ends_with("-2\""));
    assert!(done.checksum_crc32.unwrap().ends_with("-2"));
    assert_eq!(done.checksum_type, Some(ChecksumType::Composite));
    let input = GetObjectRequest { part_number: Some(2), ..get_request("big") };
    let found = model.ask::<GetObject>(input).await.unwrap();
    assert_eq!((found.parts_count, found.content_range.as_deref()), (Some(2), Some("bytes 5242880-5242883/5242884")));
    assert_eq!(text(found).await, "tail");
    assert_eq!(get(&model, "big").await.unwrap().content_type.as_deref(), Some("text/plain"));
    let again = model.ask::<CompleteMultipartUpload>(complete(&id, Vec::new())).await.unwrap();
    assert_eq!(again.e_tag, done.e_tag);
    let gone = model.ask::<CompleteMultipartUpload>(complete("nonsense", Vec::new())).await.unwrap_err();
    assert_eq!(gone.code, "NoSuchUpload");
}

#[tokio::test]
async fn the_checksum_of_the_whole_is_that_of_the_bytes() {
    let model = shelf().await;
    let id = begin(&model, None).await;
    let body: Vec<u8> = (0..5 * MIB + 100).map(|at| (at % 251) as u8).collect();
    let one = part(&model, &id, 1, body[..5 * MIB].to_vec()).await;
    let two = part(&model, &id, 2, body[5 * MIB..].to_vec()).await;
    let done = model.ask::<CompleteMultipartUpload>(complete(&id, vec![one, two])).await.unwrap();
    let whole = PutObjectRequest { body: ByteStream::from(Bytes::from(body)), ..super::put_request("whole", "") };
    let whole = model.ask::<PutObject>(whole).await.unwrap();
    assert_eq!(done.checksum_crc64_nvme, whole.checksum_crc64_nvme);
    assert_eq!(done.checksum_type, Some(ChecksumType::FullObject));
}

#[tokio::test]
async fn small_parts_and_aborted_uploads_are_refused() {
    let model = shelf().await;
    let id = begin(&model, None).await;
    let one = part(&model, &id, 1, b"small".to_vec()).await;
    let two = part(&model, &id, 2, b"tail".to_vec()).await;
    let small = model.ask::<CompleteMultipartUpload>(complete(&id, vec![one, two])).await.unwrap_err();
    assert_eq!(small.code, "EntityTooSmall");
    let uploads = ListMultipartUploadsRequest { bucket: "shelf".into(), ..Default::default() };
    let found = model.ask::<ListMultipartUploads>(uploads.clone()).await.unwrap().uploads.unwrap();
    assert_eq!(found[0].upload_id.as_deref(), Some(id.as_str()));
    let abort =
        AbortMultipartUploadRequest { bucket: "shelf".into(), key: "big".into(), upload_id: id, ..Default::default() };
    model.ask::<AbortMultipartUpload>(abort.clone()).await.unwrap();
    assert_eq!(model.ask::<AbortMultipartUpload>(abort).await.unwrap_err().code, "NoSuchUpload");
    assert_eq!(model.ask::<ListMultipartUploads>(uploads).await.unwrap().uploads, Some(Vec::new()));
}

#[tokio::test]
async fn an_object_is_copied_with_what_is_said_about_it() {
    let model = shelf().await;
    let input = PutObjectRequest {
        content_type: Some("text/plain".into()),
        tagging: Some("a=1".into()),
        ..super::put_request("from me", "hello")
    };
    model.ask::<PutObject>(input).await.unwrap();
    let copy = CopyObjectRequest {
        bucket: "shelf".into(),
        key: "to".into(),
        copy_source: "shelf/from%20me".into(),
        ..Default::default()
    };
    let answer = model.ask::<CopyObject>(copy.clone()).await.unwrap().copy_object_result.unwrap();
    assert_eq!(answer.e_tag.as_deref(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    let found = get(&model, "to").await.unwrap();
    assert_eq!((found.content_type.as_deref(), found.tag_count), (Some("text/plain"), Some(1)));
    assert_eq!(text(found).await, "hello");
    let itself = CopyObjectRequest { key: "from me".into(), ..copy.clone() };
    assert_eq!(model.ask::<CopyObject>(itself.clone()).await.unwrap_err().code, "InvalidRequest");
    let renewed = CopyObjectRequest {
        metadata_directive: Some(MetadataDirective::Replace),
        content_type: Some("text/html".into()),
        ..itself
    };
    model.ask::<CopyObject>(renewed).await.unwrap();
    assert_eq!(get(&model, "from me").await.unwrap().content_type.as_deref(), Some("text/html"));
    let missing = CopyObjectRequest { copy_source: "shelf/none".into(), ..copy };
    assert_eq!(model.ask::<CopyObject>(missing).await.unwrap_err().code, "NoSuchKey");
}

#[tokio::test]
async fn part_of_an_object_is_copied_into_an_upload() {
    let model = shelf().await;
    put(&model, "digits", "0123456789").await;
    let id = begin(&model, None).await;
    let input = UploadPartCopyRequest {
        bucket: "shelf".into(),
        key: "big".into(),
        upload_id: id.clone(),
        part_number: 1,
        copy_source: "/shelf/digits".into(),
        copy_source_range: Some("bytes=2-4".into()),
        ..Default::default()
    };
    let copied = model.ask::<UploadPartCopy>(input).await.unwrap().copy_part_result.unwrap();
    let one = CompletedPart { e_tag: copied.e_tag, part_number: Some(1), ..Default::default() };
    model.ask::<CompleteMultipartUpload>(complete(&id, vec![one])).await.unwrap();
    assert_eq!(text(get(&model, "big").await.unwrap()).await, "234");
    let attributes = GetObjectAttributesRequest {
        bucket: "shelf".into(),
        key: "big".into(),
        object_attributes: vec![ObjectAttributes::ObjectSize, ObjectAttributes::ObjectParts],
        ..Default::default()
    };
    let found = model.ask::<GetObjectAttributes>(attributes).await.unwrap();
    assert_eq!((found.object_size, found.e_tag), (Some(3), None));
    assert_eq!(found.object_parts.unwrap().total_parts_count, Some(1));
}
