using MailBackup.Operations;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.External;

public class RealMailTests
{
    [RealMailFact]
    public async Task Real_mails_go_through_an_export_to_another_server_byte_for_byte()
    {
        using var old = new NodeFixture();
        int n = 0;
        foreach (string file in Directory.EnumerateFiles(RealMailFactAttribute.Mails!, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            old.Server.Deliver($"user{n % 7}@example.com", n % 3 == 0 ? ".Archive" : "", content: File.ReadAllBytes(file));
            n++;
        }

        await old.ScanAsync();
        var export = await old.RunAsync(new BackupExportRequest { Destination = old["export"] });
        Assert.True(export.State == OperationState.Completed, $"{export.State}: {export.ErrorId} {export.Error}");
        using var now = new NodeFixture();
        var operation = await now.RunAsync(new ExternalRestoreRequest { Path = old["export"] });
        Assert.Equal((OperationState.Completed, 0L), (operation.State, operation.Report!.Errors));
        TwoServers.AssertSame(TwoServers.Items(old), TwoServers.Items(now));
        Assert.Equal(n, TwoServers.Items(now).Count);
        Assert.Equal(0, (await now.RunAsync(new ExternalRestoreRequest { Path = old["export"] })).Report!.Restored);
    }
}
