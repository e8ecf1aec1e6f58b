using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace MailBackup.Tests.Sources.Maildir;

/// <summary>
/// What must not be read is never taken for absent. Root reads everything, so the calls are made as another user: the file system user of
/// a thread is its own on Linux, and the source does its work on the thread that asks.
/// </summary>
[SupportedOSPlatform("linux")]
public partial class PermissionTests
{
    [Theory]
    [InlineData("example.org")]
    [InlineData("example.org/alice")]
    [InlineData("example.org/alice/Maildir")]
    public void An_unreadable_directory_is_an_error_when_mailboxes_are_listed(string path) =>
        AssertUnreadable(path, source => _ = source.ListMailboxesAsync(default).AsTask().GetAwaiter().GetResult());

    [Theory]
    [InlineData("example.org/alice/Maildir")]
    [InlineData("example.org/alice/Maildir/.Sent")]
    [InlineData("example.org/alice/Contacts")]
    [InlineData("example.org/alice/Files/plans")]
    [InlineData("example.org/alice/Maildir/subscriptions")]
    public void An_unreadable_directory_is_an_error_when_folders_are_listed(string path) =>
        AssertUnreadable(path, source => _ = source.ListFoldersAsync(MaildirTree.Alice, default).AsTask().GetAwaiter().GetResult());

    [Theory]
    [InlineData("cur")]
    [InlineData("new")]
    [InlineData("dovecot-keywords")]
    public void An_unreadable_directory_is_an_error_when_items_are_listed(string path) =>
        AssertUnreadable("example.org/alice/Maildir/" + path, source => _ = MaildirTree.Items(source).GetAwaiter().GetResult());

    [Fact]
    public void An_unreadable_message_is_an_error_of_that_message_alone()
    {
        using var tree = Tree();
        string path = tree.Mail("cur/1:2,");
        tree.Mail("cur/2:2,");
        var source = tree.Open();
        AsNobody(path, () =>
        {
            var items = MaildirTree.Items(source).GetAwaiter().GetResult();
            Assert.Equal(2, items.Count);
            var error = Assert.Throws<MailBackup.Sources.ItemReadException>(
                () => _ = MaildirTree.Read(source, items.Single(i => i.StableKey == "1")).GetAwaiter().GetResult());
            Assert.Equal(path, error.Path);
            Assert.NotNull(MaildirTree.Read(source, items.Single(i => i.StableKey == "2")).GetAwaiter().GetResult());
        });
    }

    [Fact]
    public void Restoring_without_permission_says_so()
    {
        using var tree = Tree();
        var source = tree.Open();
        AsNobody(tree.AliceMail + "/tmp", () =>
        {
            var error = Assert.Throws<MailBackupException>(() => _ = source.RestoreTarget!.RestoreItemAsync(
                MaildirTree.Alice, new("INBOX", MailBackup.Sources.FolderKind.Mail, null, null), MaildirTree.Restorable("x", "cur/1:2,"), default)
                .AsTask().GetAwaiter().GetResult());
            Assert.Equal(ErrorIds.ItemRestoreFailed, error.ErrorId);
            Assert.Contains("permission", error.Problem, StringComparison.Ordinal);
        });
    }

    private static void AssertUnreadable(string path, Action<MailBackup.Sources.Maildir.MaildirSource> read)
    {
        using var tree = Tree();
        var source = tree.Open();
        read(source);
        AsNobody(tree.Root + "/" + path, () =>
        {
            var error = Assert.Throws<MailBackupException>(() => read(source));
            Assert.Equal(ErrorIds.SourceUnreadable, error.ErrorId);
        });
    }

    private static MaildirTree Tree()
    {
        var tree = MaildirTree.WithAlice();
        MaildirTree.MakeMailDirectory(tree.AliceMail + "/.Sent");
        tree.Write("example.org/alice/Contacts/c/a.vcf", "x");
        tree.Write("example.org/alice/Files/plans/a.txt", "x");
        tree.Mail("subscriptions", "Sent\n");
        tree.Mail("dovecot-keywords", "0 $Work\n");
        File.SetUnixFileMode(tree.Root, (UnixFileMode)0x1ED);
        return tree;
    }

    private static void AsNobody(string path, Action action)
    {
        var mode = File.GetUnixFileMode(path);
        File.SetUnixFileMode(path, 0);
        Exception? error = null;
        var thread = new Thread(() =>
        {
            // Ignored by the kernel for anyone but root, who needs it; everyone else is refused by the mode already.
            _ = setfsuid(65534);
            try
            {
                action();
            }
            catch (Exception e)
            {
                error = e;
            }
            finally
            {
                _ = setfsuid(0);
            }
        });
        thread.Start();
        thread.Join();
        File.SetUnixFileMode(path, mode);
        if (error is not null)
        {
            throw new Xunit.Sdk.XunitException(error.ToString());
        }
    }

    [LibraryImport("libc")]
    private static partial int setfsuid(uint user);
}
