using MailBackup.Realtime;
using MailBackup.Sources;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Realtime;

public sealed class PendingChangesTests
{
    private readonly ManualTime _clock = new();
    private readonly PendingChanges _pending;

    public PendingChangesTests() => _pending = new PendingChanges(_clock);

    [Fact]
    public void Names_are_gathered_by_folder()
    {
        Add("a", "INBOX", "1");
        Add("a", "INBOX", "2");
        Add("a", "INBOX", "2");
        Add("a", "Sent", "3");
        var folders = Take("a")!;
        Assert.Equal(["1", "2"], folders[(FolderKind.Mail, "INBOX")]!.Order());
        Assert.Equal(["3"], folders[(FolderKind.Mail, "Sent")]!);
    }

    [Fact]
    public void A_whole_folder_stays_whole()
    {
        Add("a", "INBOX", "1");
        Add("a", "INBOX", null);
        Add("a", "INBOX", "2");
        Assert.Null(Take("a")![(FolderKind.Mail, "INBOX")]);
    }

    [Fact]
    public void A_whole_account_stays_whole()
    {
        Add("a", "INBOX", "1");
        _pending.AddAll("a");
        Add("a", "INBOX", "2");
        Assert.Null(Take("a"));
    }

    [Fact]
    public void Too_many_names_are_a_folder()
    {
        for (int i = 0; i <= 2_000; i++)
        {
            Add("a", "INBOX", $"{i}");
        }

        Add("a", "Sent", "1");
        var folders = Take("a")!;
        Assert.Null(folders[(FolderKind.Mail, "INBOX")]);
        Assert.Equal(["1"], folders[(FolderKind.Mail, "Sent")]!);
    }

    [Fact]
    public void However_many_accounts_change_the_names_are_bounded_and_taken_ones_make_room()
    {
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 60_000; i++)
            {
                Add($"{i / 1_000}", "INBOX", $"{i}");
            }

            _clock.Advance(TimeSpan.FromSeconds(1));
            var taken = _pending.Take(100);
            Assert.Equal(60, taken.Count);
            Assert.Equal(50, taken.Count(a => a.Folders!.Values.Single()?.Count == 1_000));
        }
    }

    [Fact]
    public void What_was_given_back_is_as_old_as_it_was()
    {
        Add("a", "INBOX", "1");
        _clock.Advance(TimeSpan.FromSeconds(1));
        var taken = Assert.Single(_pending.Take(10));
        _pending.Return(taken);
        Assert.Equal(TimeSpan.FromSeconds(1), _pending.OldestAge);
        Assert.Null(Take("a"));
    }

    private void Add(string account, string folder, string? item) => _pending.Add(account, FolderKind.Mail, folder, item);

    private IReadOnlyDictionary<(FolderKind Kind, string Key), IReadOnlySet<string>?>? Take(string account)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        var taken = Assert.Single(_pending.Take(10));
        Assert.Equal(account, taken.Account);
        return taken.Folders;
    }
}
