using System.Text;
using MailBackup.Cli;
using MailBackup.Cli.Commands;
using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Tests.Cli;

public class ItemOutputTests
{
    private static readonly DateTimeOffset Moment = new(2026, 7, 1, 12, 30, 0, TimeSpan.Zero);

    private static BackupItem Item(string account, long id) => new()
    {
        Account = account,
        AccountId = Guid.Empty,
        Id = new ItemId(id),
        Type = ItemType.Message,
        Folder = "INBOX/A folder with a rather long name",
        Subject = "A subject \u001b[2J that is long enough to be cut off at the end of the line",
        From = "Somebody <somebody@a-rather-long-domain.example>",
        Date = Moment,
        Size = 123_456,
        Flags = MessageFlags.Seen,
        Start = Moment,
    };

    private static string[] Write(bool json, IEnumerable<BackupItem> items, ItemQuery query, Stream? stream = null)
    {
        using var memory = new MemoryStream();
        using var error = new StringWriter();
        var host = new CommandHost { Output = stream ?? memory, Error = error, Clock = new FixedClock(Moment) };
        using var session = new Session(host, json, quiet: false);
        ItemOutput.Write(session, items, query);
        session.Output.Flush();
        return Encoding.UTF8.GetString(memory.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public void A_table_fits_100_columns_and_shows_local_dates()
    {
        string[] lines = Write(false, [Item("a@b.c", 1), Item("a@b.c", 2)], new ItemQuery { Accounts = ["a@b.c"] });
        Assert.Equal(3, lines.Length);
        Assert.All(lines, l => Assert.True(l.Length <= 100, l));
        Assert.All(lines, l => Assert.DoesNotContain(l, char.IsControl));
        Assert.Contains("2026-07-01 14:30", lines[1], StringComparison.Ordinal);
        Assert.Contains("123 kB", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void With_several_accounts_each_has_a_heading()
    {
        string[] lines = Write(false, [Item("a@b.c", 1), Item("a@b.c", 2), Item("z@b.c", 1)], new ItemQuery());
        Assert.Equal(6, lines.Length);
        Assert.Equal("a@b.c", lines[1]);
        Assert.Equal("z@b.c", lines[4]);
    }

    [Fact]
    public void Deleted_items_show_when_they_went()
    {
        var deleted = Item("a@b.c", 1) with { Deleted = true, Start = Moment.AddDays(1) };
        string[] lines = Write(false, [deleted, Item("a@b.c", 2)], new ItemQuery { Selection = ItemSelection.All });
        Assert.Contains("deleted", lines[0], StringComparison.Ordinal);
        Assert.Contains("2026-07-02 14:30", lines[2], StringComparison.Ordinal);
        Assert.All(lines, l => Assert.True(l.Length <= 100, l));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Output_is_written_while_items_still_come(bool json)
    {
        const int Count = 20_000;
        using var sink = new CountingStream();
        long most = 0;
        Write(json, Items(), new ItemQuery { Accounts = ["a@b.c"] }, sink);
        Assert.InRange(most, 0, 256 * 1024);
        Assert.True(sink.Largest < 128 * 1024);

        IEnumerable<BackupItem> Items()
        {
            for (int i = 1; i <= Count; i++)
            {
                // A line has 90 bytes at least: what was listed and is not written yet stands in the buffer.
                most = Math.Max(most, (i * 90L) - sink.Written);
                yield return Item("a@b.c", i);
            }
        }
    }

    private sealed class CountingStream : MemoryStream
    {
        public long Written { get; private set; }

        public int Largest { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Written += buffer.Length;
            Largest = Math.Max(Largest, buffer.Length);
        }
    }
}
