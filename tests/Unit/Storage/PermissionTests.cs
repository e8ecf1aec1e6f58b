using MailBackup.Configuration;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Tests.Support;

#pragma warning disable CA1416 // Backup paths lie on Linux.

namespace MailBackup.Tests.Storage;

public class PermissionTests
{
    private const UnixFileMode Foreign = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    [Fact]
    public async Task Nothing_in_a_backup_path_or_home_is_anybody_elses_to_read()
    {
        using var f = new NodeFixture(new LdifText().Domain("example.com").Account(1, "ann@example.com", "userPassword: {SSHA}x").ToString());
        f.Server.Deliver("ann@example.com", content: new byte[3 << 20]);
        await f.ScanAsync();
        f.Node.SetLegalHold(null, held: true, null);
        f.Node.UpdateConfiguration(c => c with { DataRetentionDays = 31 });
        f.Items();
        foreach (string path in Directory.EnumerateFileSystemEntries(f.BackupPath, "*", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFileSystemEntries(f.Options.Home!, "*", SearchOption.AllDirectories)).Append(f.BackupPath).Append(f.Options.Home!))
        {
            Assert.True((File.GetUnixFileMode(path) & Foreign) == 0, $"{path}: {File.GetUnixFileMode(path)}");
        }

        Assert.Null(f.Node.ExposureNotice);
    }

    [Fact]
    public void A_path_that_everybody_can_get_at_is_told_of_and_one_behind_a_closed_door_is_not()
    {
        using var f = new NodeFixture();
        File.SetUnixFileMode(f.BackupPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        f.Reopen();

        // The temporary folder around it is its owner's alone.
        Assert.Null(f.Node.ExposureNotice);
        File.SetUnixFileMode(Path.GetDirectoryName(f.BackupPath)!, (UnixFileMode)0x1ED);
        Assert.Contains("mode 0705", f.Node.ExposureNotice, StringComparison.Ordinal);
        Assert.Contains("chmod -R go= " + f.BackupPath, f.Node.ExposureNotice, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_folder_that_becomes_a_backup_path_becomes_private_and_its_parents_stay()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["open"], (UnixFileMode)0x1FF);
        BackupNode.Initialize(folder["open"], null, new NodeOptions { Home = folder["home"] }).Dispose();
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(folder["open"]));
    }

    [Theory]
    [InlineData("userPassword", true)]
    [InlineData("zimbraAuthTokens", true)]
    [InlineData("zimbraTwoFactorAuthScratchCodes", true)]
    [InlineData("zimbraPreAuthKey", true)]
    [InlineData("sambaNTPassword", true)]
    [InlineData("zimbraSSLPrivateKey;binary", true)]
    [InlineData("zimbraMailQuota", false)]
    [InlineData("displayName", false)]
    public void Attributes_that_are_secrets_are_known(string attribute, bool secret) => Assert.Equal(secret, SecretAttributes.Contains(attribute));

    [Fact]
    public void A_child_entry_is_shown_without_its_secrets()
    {
        var entry = new ProvisioningAttributes
        {
            ["cn"] = ["Ann"],
            ["userPassword"] = ["{SSHA}x"],
            ["entry:zimbraDataSourceName=pop"] = ["zimbraDataSourceHost: pop.example.com", "zimbraDataSourcePassword: x"],
        };
        var shown = SecretAttributes.Hide(entry);
        Assert.Equal(["cn", "entry:zimbraDataSourceName=pop"], shown.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["zimbraDataSourceHost: pop.example.com"], shown["entry:zimbraDataSourceName=pop"]);
    }

    [Fact]
    public async Task A_password_hash_is_in_the_journal_and_in_no_report_or_error()
    {
        const string hash = "{SSHA}verysecrethash";
        using var f = new NodeFixture(new LdifText().Account(1, "ann@example.com", $"userPassword: {hash}").ToString());
        await f.ScanAsync();
        Assert.Equal(hash, f.Node.GetAccounts()[0].Attributes.First("userPassword"));
        File.AppendAllText(f.Ldif!, $"\ndn: uid=x\nobjectClass: zimbraAccount\nmail: ann@example.com\nuserPassword: {hash}\nuserPassword {hash}\n");
        var failed = await f.RunAsync(new ScanRequest());
        Assert.Equal(ErrorIds.LdifInvalid, failed.ErrorId);
        Assert.DoesNotContain("verysecret", failed.Error + failed.Parameters + string.Join(' ', failed.Report?.Troubles ?? []), StringComparison.Ordinal);
        f.Node.Dispose();
        foreach (string file in Directory.EnumerateFiles(f.Layout.State, "*", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain("verysecret", File.ReadAllText(file, System.Text.Encoding.Latin1), StringComparison.Ordinal);
        }
    }
}
