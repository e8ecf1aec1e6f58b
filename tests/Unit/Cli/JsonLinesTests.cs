using System.Text.Json;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;
using MailBackup.Configuration;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;

namespace MailBackup.Tests.Cli;

/// <summary>Scripts rely on the names and their order: a test that fails here is a change that breaks them.</summary>
public class JsonLinesTests
{
    private static readonly DateTimeOffset Moment = new(2026, 3, 1, 14, 30, 0, TimeSpan.FromHours(1));

    private static readonly BackupItem Sample = new()
    {
        Account = "alice@example.org",
        AccountId = Guid.NewGuid(),
        Id = new ItemId(12),
        Type = ItemType.ContactGroup,
        Folder = "INBOX",
        Subject = "Grüße \u001b[31m \"x\"",
        From = "bob@example.org",
        Date = Moment,
        Size = 1234,
        Flags = MessageFlags.Seen | MessageFlags.Flagged,
        Tags = ["$label1"],
        Start = Moment.AddTicks(1234567),
        Transaction = new TransactionId(7),
        Digest = Digest.Of("abc"u8),
    };

    private static Operation Operation(OperationKind kind, OperationReport? report) => new()
    {
        Id = Guid.NewGuid(),
        Kind = kind,
        State = OperationState.Completed,
        Parameters = "{}",
        Queued = Moment,
        Progress = new OperationProgress { Activity = "Scanning" },
        Report = report,
    };

    private static (string Text, JsonElement Root, string Names) Write<T>(Action<Utf8JsonWriter, T> write, T value)
    {
        string text = OutputWriter.ToJsonText(write, value);
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement.Clone();
        return (text, root, string.Join(' ', root.EnumerateObject().Select(p => p.Name)));
    }

    [Fact]
    public void Item()
    {
        var (text, root, names) = Write(ItemJson.Write, Sample);
        Assert.Equal("account id type folder subject from date size flags tags deleted start end transaction digest", names);
        Assert.Equal(12, root.GetProperty("id").GetInt64());
        Assert.Equal("contactgroup", root.GetProperty("type").GetString());
        Assert.Equal("2026-03-01T13:30:00Z", root.GetProperty("date").GetString());
        Assert.Equal("2026-03-01T13:30:00.1234567Z", root.GetProperty("start").GetString());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("end").ValueKind);
        Assert.Equal("FS", root.GetProperty("flags").GetString());
        Assert.Equal("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD,YfIAFa0", root.GetProperty("digest").GetString());
        Assert.Contains("Grüße", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text, char.IsControl);
    }

    [Fact]
    public void Folder_without_digest() =>
        Assert.Equal(JsonValueKind.Null, Write(ItemJson.Write, Sample with { Digest = null }).Root.GetProperty("digest").ValueKind);

    [Theory]
    [InlineData(OperationKind.SmartScan, "added updated deleted unchanged")]
    [InlineData(OperationKind.AccountScan, "added updated deleted unchanged")]
    [InlineData(OperationKind.Restore, "restored skipped unrestored unrestoredItems")]
    [InlineData(OperationKind.CoherencyCheck, "checked skipped quarantined")]
    [InlineData(OperationKind.Repair, "checked repaired fetched lost quarantined")]
    public void Report(OperationKind kind, string counts)
    {
        var report = new OperationReport { Seconds = 1.23456, Troubles = [new("ItemReadFailed", "a@b.c", 3, "cur/1", "denied")] };
        var (_, root, names) = Write(ReportJson.Write, Operation(kind, report));
        Assert.Equal($"operation kind state {counts} errors bytesRead bytesStored seconds troubles warnings", names);
        Assert.Equal(1.235, root.GetProperty("seconds").GetDouble());
        Assert.Equal("error category account item path message", string.Join(' ', root.GetProperty("troubles")[0].EnumerateObject().Select(p => p.Name)));
    }

    [Fact]
    public void Operation_of_the_queue()
    {
        var (_, root, names) = Write(QueueJson.Write, Operation(OperationKind.Restore, null));
        Assert.Equal("id kind state queued started ended process stopRequested error message progress report", names);
        Assert.Equal("Completed", root.GetProperty("state").GetString());
        Assert.Equal(
            "activity account accountsDone accountsTotal itemsDone itemsTotal bytesDone seconds secondsLeft percent",
            string.Join(' ', root.GetProperty("progress").EnumerateObject().Select(p => p.Name)));
    }

    [Fact]
    public void Account_keeps_its_attributes_to_itself()
    {
        var account = new Account { Id = Guid.NewGuid(), Name = "alice@example.org" };
        Assert.Equal("account id domain deleted created start", Write(AccountJson.Write, account).Names);
    }

    [Fact]
    public void Info()
    {
        var info = new BackupInfo { Path = "/srv/backup", ServerId = Guid.NewGuid() };
        Assert.Equal(
            "path serverId formatVersion accounts deletedAccounts items deletedItems transactions blobs contentBytes storedBytes stateBytes "
                + "firstScan lastScan maildir pattern defaultDomain ldif imap imapUser imapAccounts dataRetentionDays accountRetentionDays readErrorThreshold",
            Write(InfoJson.Write, (info, new NodeConfiguration())).Names);
    }

    [Fact]
    public void Small_ones()
    {
        Assert.Equal("path created maildir pattern defaultDomain ldif imap imapUser imapAccounts", Write(InitJson.Write, ("/x", true, new SourceConfiguration())).Names);
        Assert.Equal("account id file bytes", Write(ExportJson.Write, ("a@b.c", 1L, "/x", 2L)).Names);
        Assert.Equal("stopping", Write(StopJson.Write, 2).Names);
        Assert.Equal("""{"error":"AccountNotFound","message":"No <b> \"x\"."}""", Write(ErrorJson.Write, ("AccountNotFound", "No <b> \"x\".")).Text);
    }
}
