using MailBackup.Operations;

namespace MailBackup.Tests.Operations;

public class OperationRequestJsonTests
{
    public static TheoryData<OperationRequest, OperationKind, string> Requests => new()
    {
        { new ScanRequest(), OperationKind.SmartScan, """{"accounts":[],"deep":false,"allowEmpty":false}""" },
        {
            new ScanRequest { Accounts = ["ann@example.org"], Deep = true, ReadErrorThreshold = 5, AllowEmpty = true },
            OperationKind.AccountScan,
            """{"accounts":["ann@example.org"],"deep":true,"readErrorThreshold":5,"allowEmpty":true}"""
        },
        {
            new RestoreRequest { Account = "ann@example.org", Items = [3, 9_000_000_000], At = DateTimeOffset.UnixEpoch, Folder = "/In \"a\"/ü", To = "b@c" },
            OperationKind.Restore,
            """{"account":"ann@example.org","items":[3,9000000000],"at":"1970-01-01T00:00:00+00:00","folder":"/In \u0022a\u0022/\u00FC","to":"b@c"}"""
        },
        { new RestoreRequest { Account = "a@b", Items = [1] }, OperationKind.Restore, """{"account":"a@b","items":[1]}""" },
        { new CheckRequest { Accounts = ["a@b", "c@d"] }, OperationKind.CoherencyCheck, """{"accounts":["a@b","c@d"]}""" },
        {
            new CheckRequest { CompareSource = true, ReadData = true, Sample = 2.5, Quarantine = true }, OperationKind.CoherencyCheck,
            """{"accounts":[],"compareSource":true,"readData":true,"sample":2.5,"quarantine":true}"""
        },
        { new RepairRequest { From = ["/mnt/copy"], UseSource = false }, OperationKind.Repair, """{"from":["/mnt/copy"],"useSource":false}""" },
        { new ShareRepairRequest { IdMap = "/srv/names.txt", Accounts = ["a@b"] }, OperationKind.ShareRepair, """{"idMap":"/srv/names.txt","accounts":["a@b"]}""" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_request_reads_back_as_it_was_written(OperationRequest request, OperationKind kind, string json)
    {
        var (writtenKind, parameters) = OperationRequestJson.Write(request);
        Assert.Equal(kind, writtenKind);
        Assert.Equal(json, parameters);
        Assert.Equivalent(request, OperationRequestJson.Read(kind, parameters), strict: true);
    }

    [Fact]
    public void Members_of_another_version_are_passed_over_and_missing_ones_take_their_defaults()
    {
        var scan = Assert.IsType<ScanRequest>(OperationRequestJson.Read(OperationKind.SmartScan, """{"later":{"x":1},"deep":true}"""));
        Assert.True(scan.Deep);
        Assert.Empty(scan.Accounts);
        Assert.Null(scan.ReadErrorThreshold);
        Assert.Empty(Assert.IsType<CheckRequest>(OperationRequestJson.Read(OperationKind.CoherencyCheck, "{}")).Accounts);
    }

    [Theory]
    [InlineData(OperationKind.SmartScan, "")]
    [InlineData(OperationKind.SmartScan, "null")]
    [InlineData(OperationKind.SmartScan, "[]")]
    [InlineData(OperationKind.SmartScan, "{\"accounts\":null}")]
    [InlineData(OperationKind.AccountScan, "{}")]
    [InlineData(OperationKind.AccountScan, "{\"accounts\":[]}")]
    [InlineData(OperationKind.Restore, "{\"account\":\"a@b\"}")]
    [InlineData(OperationKind.CoherencyCheck, "{\"accounts\":[")]
    [InlineData((OperationKind)99, "{}")]
    public void Garbage_is_a_clear_error(OperationKind kind, string parameters)
    {
        var error = Assert.Throws<MailBackupException>(() => OperationRequestJson.Read(kind, parameters));
        Assert.Equal(ErrorIds.ConfigurationInvalid, error.ErrorId);
    }
}
