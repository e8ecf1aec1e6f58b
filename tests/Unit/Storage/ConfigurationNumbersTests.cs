using MailBackup.Operations;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Storage;

/// <summary>A number that would do harm is refused, whether it was given to a command or written into the file by hand.</summary>
public class ConfigurationNumbersTests
{
    [Theory]
    [InlineData("dataRetentionDays", "-1")]
    [InlineData("accountRetentionDays", "-30")]
    [InlineData("dataRetentionDays", "4294967295")]
    [InlineData("dataRetentionDays", "1000000")]
    [InlineData("purgeGraceHours", "-1")]
    [InlineData("massChangePercent", "101")]
    public async Task A_number_in_the_file(string name, string value)
    {
        using var f = new NodeFixture();
        f.Server.Deliver("ann@example.com");
        await f.ScanAsync();
        string text = System.Text.RegularExpressions.Regex.Replace(File.ReadAllText(f.Layout.Configuration), $"\"{name}\": ?\\d+", $"\"{name}\":{value}");
        File.WriteAllText(f.Layout.Configuration, text);
        var purge = await f.RunAsync(new PurgeRequest());
        Assert.Equal((OperationState.Failed, ErrorIds.ConfigurationInvalid), (purge.State, purge.ErrorId));
        Assert.Equal(ErrorIds.ConfigurationInvalid, Assert.Throws<MailBackupException>(() => f.Reopen()).ErrorId);
    }

    [Fact]
    public void A_number_from_a_program()
    {
        using var f = new NodeFixture();
        var old = f.Node.Configuration;
        foreach (var wrong in new[] { old with { DataRetentionDays = -1 }, old with { AccountRetentionDays = 40_000 }, old with { Notification = old.Notification with { SmtpPort = 0 } } })
        {
            Assert.Equal(ErrorIds.ArgumentInvalid, Assert.Throws<MailBackupException>(() => f.Node.UpdateConfiguration(_ => wrong)).ErrorId);
        }

        Assert.Equal(old, f.Node.Configuration);
    }
}
