import Testing

@testable import ADPCMIngest

/// The small XML answers of a store.
@Suite struct S3ClientTests {
  private let list = """
    <?xml version="1.0" encoding="UTF-8"?>
    <ListMultipartUploadsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Bucket>b</Bucket><Prefix>a&amp;b.bin</Prefix>
    <Upload><Key>a&amp;b.bin</Key><UploadId>one</UploadId><Owner><ID>x</ID></Owner></Upload>
    <Upload><Key>a&amp;b.bin.json</Key><UploadId>two</UploadId></Upload>
    <Upload><UploadId>three</UploadId><Key>a&amp;b.bin</Key></Upload>
    <Upload><Key>a&amp;b.bin</Key></Upload>
    </ListMultipartUploadsResult>
    """

  @Test func `only uploads of the very object are its own`() {
    #expect(S3Client.uploads(of: "a&b.bin", in: Array(list.utf8)) == ["one", "three"])
    #expect(S3Client.uploads(of: "a&b.bin.json", in: Array(list.utf8)) == ["two"])
    #expect(S3Client.uploads(of: "a", in: Array(list.utf8)) == [])
    #expect(S3Client.uploads(of: "a", in: []) == [] && S3Client.uploads(of: "", in: Array("<Upload>".utf8)) == [])
  }
}
