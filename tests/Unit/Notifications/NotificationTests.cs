using System.Net;
using System.Net.Sockets;
using MailBackup.Configuration;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Notifications;

public sealed class NotificationTests : IDisposable
{
    private const string Account = "alice@example.org";

    private readonly NodeFixture _fixture = new();
    private readonly SmtpSink _sink = new();

    public NotificationTests()
    {
        _fixture.Server.Deliver(Account, subject: "One");
        Configure(_sink.Port);
    }

    public void Dispose()
    {
        _sink.Dispose();
        _fixture.Dispose();
    }

    [Fact]
    public async Task Administrators_hear_of_a_restore_when_it_begins_and_when_it_ends()
    {
        await _fixture.ScanAsync();
        Assert.Empty(_sink.Mails);
        string file = Directory.GetFiles(_fixture.Server.Folder(Account), "*", SearchOption.AllDirectories).Single(f => f.Contains("/cur/", StringComparison.Ordinal));
        File.Delete(file);

        var operation = await _fixture.RunAsync(new RestoreRequest { Account = Account, Notify = ["helpdesk@example.org"] });

        Assert.Equal(OperationState.Completed, operation.State);
        Assert.Empty(operation.Report!.Warnings);
        Assert.Equal(2, _sink.Mails.Count);
        Assert.All(_sink.Mails, m => Assert.Equal(["admin@example.org", "helpdesk@example.org"], m.Recipients.Order()));
        var (start, end) = (_sink.Mails[0], _sink.Mails[1]);
        Assert.Equal($"MailBackup on {Environment.MachineName}: Restore started", start.Subject);
        Assert.Contains(operation.Id.ToString(), start.Body, StringComparison.Ordinal);
        Assert.Contains(Account, start.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Outcome", start.Body, StringComparison.Ordinal);
        Assert.Equal($"MailBackup on {Environment.MachineName}: Restore completed", end.Subject);
        Assert.Matches("Restored items: +1\r?\n", end.Body);
    }

    [Fact]
    public async Task All_ids_are_named_however_many_and_accounts_that_ended_early()
    {
        await _fixture.ScanAsync();
        var ids = Enumerable.Range(1000, 2500).Select(i => (long)i).ToList();
        await _fixture.RunAsync(new RestoreRequest { Account = Account, Items = ids });
        Assert.Contains("unrestored items: 1000-3499", _sink.Mails[^1].Body, StringComparison.Ordinal);
        var report = new OperationReport { Errors = 1, UnrestoredItems = [new UnrestoredItems(Account, [], WholeAccount: true)] };
        var operation = await _fixture.RunAsync(new RestoreRequest { Account = Account });
        string body = MailBackup.Notifications.OperationMail.Body(operation with { Report = report }, "/backup");
        Assert.Contains($"account: {Account}\r\nThe account ended early", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("the next operation")]
    [InlineData("the service")]
    [InlineData("a stop")]
    public async Task An_operation_whose_process_died_is_told_of_once_by_whoever_finds_it(string finder)
    {
        await _fixture.ScanAsync();
        var dead = _fixture.Node.Submit(new RestoreRequest { Account = Account, Notify = ["helpdesk@example.org"] });
        new OperationStore(new OperationDatabase(_fixture.Layout.Operations)).ClaimNext(dead.Id);
        Assert.Empty(_sink.Mails);
        switch (finder)
        {
            case "the next operation":
                await _fixture.ScanAsync();
                break;
            case "the service":
                await _fixture.Node.WorkAsync(_ => { }, _ => { }, CancellationToken.None);
                break;
            default:
                Assert.False(_fixture.Node.Operations.RequestStop(dead.Id));
                break;
        }

        await _fixture.ScanAsync();
        await _fixture.Node.WorkAsync(_ => { }, _ => { }, CancellationToken.None);
        Assert.Equal(OperationState.Interrupted, _fixture.Node.Operations.Find(dead.Id)!.State);
        var mail = Assert.Single(_sink.Mails);
        Assert.Equal(["admin@example.org", "helpdesk@example.org"], mail.Recipients.Order());
        Assert.Equal($"MailBackup on {Environment.MachineName}: Restore interrupted", mail.Subject);
        Assert.Contains("start the operation again", mail.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interruption_that_cannot_be_told_of_says_so_and_costs_nothing_else()
    {
        var dead = _fixture.Node.Submit(new ScanRequest());
        new OperationStore(new OperationDatabase(_fixture.Layout.Operations)).ClaimNext(dead.Id);
        using var down = RelayIsDown();
        await _fixture.ScanAsync();
        var found = _fixture.Node.Operations.Find(dead.Id)!;
        Assert.Equal(OperationState.Interrupted, found.State);
        Assert.Single(found.Report!.Warnings);
    }

    [Fact]
    public async Task A_configuration_written_by_hand_with_no_address_costs_the_mail_and_not_the_operation()
    {
        await _fixture.ScanAsync();
        string file = _fixture.Layout.Configuration;
        File.WriteAllText(file, File.ReadAllText(file).Replace("admin@example.org", "no address at all", StringComparison.Ordinal));
        var operation = await _fixture.RunAsync(new RestoreRequest { Account = Account });
        Assert.Equal((OperationState.Completed, OperationState.Completed), (operation.State, _fixture.Node.Operations.Find(operation.Id)!.State));
        Assert.NotEmpty(operation.Report!.Warnings);
    }

    /// <summary>Nor does it cost the hook, which is there for the day when mail does not work, nor the other administrators.</summary>
    [Theory]
    [InlineData("admin@example.org", 1)]
    [InlineData("backup@example.org", 0)]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task What_is_no_address_costs_neither_the_others_nor_the_hook(string address, int mails)
    {
        await _fixture.ScanAsync();
        string hook = _fixture["hook"];
        File.WriteAllText(hook, "#!/bin/sh\ntouch \"$1\"\n");
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _fixture.Node.UpdateConfiguration(c => c with
        {
            Notification = c.Notification with { To = ["admin@example.org", "second@example.org"], HookCommand = hook, HookArguments = [_fixture["ran"]] },
        });
        string file = _fixture.Layout.Configuration;
        File.WriteAllText(file, File.ReadAllText(file).Replace(address, "no address at all", StringComparison.Ordinal));
        var operation = await _fixture.RunAsync(new ScanRequest { Accounts = ["nobody@example.org"] });
        Assert.Equal(OperationState.Failed, operation.State);
        Assert.True(File.Exists(_fixture["ran"]));
        Assert.Contains("no address at all", Assert.Single(operation.Report!.Warnings), StringComparison.Ordinal);
        Assert.Equal(mails, _sink.Mails.Count(m => m.Recipients.SequenceEqual(["second@example.org"])));
    }

    [Fact]
    public async Task The_mail_lists_unrestored_items_by_account()
    {
        await _fixture.ScanAsync();
        var item = Assert.Single(_fixture.Items());
        Directory.Delete(_fixture.Server.Root, recursive: true);
        Directory.CreateDirectory(_fixture.Server.Root);
        foreach (string bundle in Directory.GetFiles(Path.Combine(_fixture.BackupPath, "items"), "*.gz", SearchOption.AllDirectories))
        {
            File.Delete(bundle);
        }

        var operation = await _fixture.RunAsync(new RestoreRequest { Account = Account });

        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        var end = _sink.Mails[^1];
        Assert.Equal($"MailBackup on {Environment.MachineName}: Restore completed with errors", end.Subject);
        Assert.Matches($"account: {Account}\r?\nunrestored items: {item.Id}\r?\n", end.Body);
        Assert.Contains(operation.Report!.Troubles[0].Reason, end.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scan_that_goes_well_is_told_only_to_those_whom_it_names_and_once()
    {
        var operation = await _fixture.RunAsync(new ScanRequest { Notify = ["night@example.org"] });

        Assert.Equal(OperationState.Completed, operation.State);
        var mail = Assert.Single(_sink.Mails);
        Assert.Equal(["night@example.org"], mail.Recipients);
        Assert.Equal($"MailBackup on {Environment.MachineName}: SmartScan completed", mail.Subject);
        Assert.Matches("Added items: +3\r?\n", mail.Body);
    }

    [Fact]
    public async Task Administrators_hear_of_a_scan_that_fails()
    {
        await _fixture.ScanAsync();
        Directory.Delete(_fixture.Server.Root, recursive: true);

        var operation = await _fixture.RunAsync(new ScanRequest());

        Assert.Equal(OperationState.Failed, operation.State);
        var mail = Assert.Single(_sink.Mails);
        Assert.Equal(["admin@example.org"], mail.Recipients);
        Assert.Equal($"MailBackup on {Environment.MachineName}: SmartScan FAILED", mail.Subject);
        Assert.Contains(operation.Error!, mail.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_relay_that_is_down_costs_a_warning_and_not_the_operation()
    {
        using var down = RelayIsDown();

        var operation = await _fixture.RunAsync(new ScanRequest { Notify = ["night@example.org"] });

        Assert.Equal(OperationState.Completed, operation.State);
        Assert.Equal(3, operation.Report!.Added);
        string warning = Assert.Single(operation.Report.Warnings);
        Assert.Contains("The mail relay 127.0.0.1 has not taken the mail", warning, StringComparison.Ordinal);
        Assert.Equal(warning, Assert.Single(_fixture.Node.Operations.Find(operation.Id)!.Report!.Warnings));
    }

    [Fact]
    public void Without_a_relay_a_wish_to_be_told_is_refused_before_anything_is_queued()
    {
        _fixture.Node.UpdateConfiguration(c => c with { Notification = new NotificationConfiguration() });

        var error = Assert.Throws<MailBackupException>(() => _fixture.Node.Submit(new ScanRequest { Notify = ["night@example.org"] }));

        Assert.Equal(ErrorIds.NotificationNotSet, error.ErrorId);
        Assert.Empty(_fixture.Node.Operations.List());
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("a@b, c@d")]
    [InlineData("Ann <ann@example.org>")]
    [InlineData("ann@example.org\r\nBcc: x@y")]
    public void What_is_no_address_is_refused(string address)
    {
        Assert.Equal(ErrorIds.ArgumentInvalid, Assert.Throws<MailBackupException>(() => _fixture.Node.Submit(new ScanRequest { Notify = [address] })).ErrorId);
        var configuration = _fixture.Node.Configuration;
        Assert.Equal(ErrorIds.ArgumentInvalid, Assert.Throws<MailBackupException>(
            () => _fixture.Node.UpdateConfiguration(c => c with { Notification = c.Notification with { To = [address] } })).ErrorId);
        Assert.Equal(configuration, _fixture.Node.Configuration);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task It_logs_in_with_the_password_of_a_file_that_only_its_owner_can_read()
    {
        using var sink = new SmtpSink(login: true);
        string file = _fixture["password"];
        File.WriteAllText(file, "s3cret\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Configure(sink.Port, user: "backup", passwordFile: file);

        Assert.Equal(["admin@example.org"], await _fixture.Node.SendTestMailAsync([], default));
        Assert.Equal("backup:s3cret", sink.Login);
        Assert.Single(sink.Mails);
        Assert.DoesNotContain("s3cret", File.ReadAllText(Path.Combine(_fixture.BackupPath, "config.json")), StringComparison.Ordinal);

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var error = await Assert.ThrowsAsync<MailBackupException>(() => _fixture.Node.SendTestMailAsync([], default));
        Assert.Equal(ErrorIds.PasswordFileUnusable, error.ErrorId);
        Assert.Single(sink.Mails);
    }

    [Fact]
    public void The_settings_survive_closing_the_node()
    {
        Configure(2525, user: "backup", passwordFile: "/etc/mailbackup.password");
        var saved = _fixture.Node.Configuration;
        _fixture.Reopen();
        Assert.Equal(saved, _fixture.Node.Configuration);
        Assert.Equal("backup", _fixture.Node.Configuration.Notification.SmtpUser);
    }

    [Fact]
    public void Those_to_be_told_stand_in_the_queue_with_the_request()
    {
        var (kind, parameters) = OperationRequestJson.Write(new RestoreRequest { Account = Account, Items = [3], Notify = ["a@b.org", "c@d.org"] });
        var read = Assert.IsType<RestoreRequest>(OperationRequestJson.Read(kind, parameters));
        Assert.Equal(["a@b.org", "c@d.org"], read.Notify);
        Assert.Equal(Account, read.Account);
        Assert.Equal([3L], read.Items);
    }

    /// <summary>A port that refuses, and that nobody else gets meanwhile.</summary>
    private Socket RelayIsDown()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Configure(((IPEndPoint)socket.LocalEndPoint!).Port);
        return socket;
    }

    private void Configure(int port, string? user = null, string? passwordFile = null) =>
        _fixture.Node.UpdateConfiguration(c => c with
        {
            Notification = new NotificationConfiguration
            {
                SmtpServer = "127.0.0.1",
                SmtpPort = port,
                SmtpUser = user,
                SmtpPasswordFile = passwordFile,
                From = "backup@example.org",
                To = ["admin@example.org"],
            },
        });
}
