using System.Text.Json;
using MailBackup.Configuration;
using MailBackup.Operations;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Notifications;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class HookTests : IDisposable
{
    private readonly NodeFixture _node = new();

    public HookTests() => _node.Server.Deliver("alice@example.com");

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task It_reads_the_notification_as_JSON_and_the_essentials_in_its_environment()
    {
        Configure(Hook("""cat > "$1/in"; env > "$1/env"; printf '%s\n' "$2" > "$1/argument" """), NotificationLevel.Information, Folder, "$HOME `id` 'x'");
        Environment.SetEnvironmentVariable(NotificationConfiguration.PasswordVariable, "secret");
        Operation scan;
        try
        {
            scan = await _node.RunAsync(new ScanRequest());
        }
        finally
        {
            Environment.SetEnvironmentVariable(NotificationConfiguration.PasswordVariable, null);
        }

        Assert.Equal((OperationState.Completed, 0), (scan.State, scan.Report!.Warnings.Count));
        using var json = JsonDocument.Parse(File.ReadAllText(_node["hook/in"]));
        var told = json.RootElement;
        Assert.Equal(("OperationEnded", "Information", _node.BackupPath), (Text(told, "event"), Text(told, "level"), Text(told, "backupPath")));
        var operation = told.GetProperty("operation");
        Assert.Equal((scan.Id.ToString(), "SmartScan", "Completed"), (Text(operation, "id"), Text(operation, "kind"), Text(operation, "state")));
        Assert.Equal(scan.Report.Added, operation.GetProperty("report").GetProperty("added").GetInt64());
        Assert.Equal(JsonValueKind.Object, operation.GetProperty("request").ValueKind);
        string[] environment = File.ReadAllLines(_node["hook/env"]);
        foreach (string line in (string[])["MAILBACKUP_EVENT=OperationEnded", "MAILBACKUP_LEVEL=Information", $"MAILBACKUP_PATH={_node.BackupPath}", "MAILBACKUP_OPERATION=SmartScan", "MAILBACKUP_STATE=Completed"])
        {
            Assert.Contains(line, environment);
        }

        Assert.DoesNotContain(environment, l => l.Contains("secret", StringComparison.Ordinal));

        // No shell has looked at it.
        Assert.Equal("$HOME `id` 'x'\n", File.ReadAllText(_node["hook/argument"]));
    }

    [Theory]
    [InlineData("echo no such queue >&2; exit 7", 30, "ended with 7: no such queue.")]
    [InlineData("sleep 60", 1, "was ended after 1 s.")]
    [InlineData("exec 0<&-; exit 0", 30, null)]
    [InlineData("sleep 60 & exit 0", 30, null)]
    [InlineData("head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2; exit 0", 30, null)]
    public async Task Whatever_it_does_the_operation_is_what_it_is(string script, int seconds, string? warning)
    {
        Configure(Hook(script), NotificationLevel.Information, seconds: seconds);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var scan = await _node.RunAsync(new ScanRequest());
        Assert.Equal(OperationState.Completed, scan.State);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(50), $"{clock.Elapsed}");
        if (warning is null)
        {
            Assert.Empty(scan.Report!.Warnings);
        }
        else
        {
            Assert.Contains(warning, Assert.Single(scan.Report!.Warnings), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(NotificationLevel.Information, "SmartScan Information", "Restore Warning", "Restore Warning", "CoherencyCheck Critical")]
    [InlineData(NotificationLevel.Warning, "Restore Warning", "Restore Warning", "CoherencyCheck Critical")]
    [InlineData(NotificationLevel.Error, "CoherencyCheck Critical")]
    [InlineData(NotificationLevel.Critical, "CoherencyCheck Critical")]
    public async Task It_hears_of_what_is_at_least_of_the_level(NotificationLevel level, params string[] heard)
    {
        Configure(Hook($"""echo "$MAILBACKUP_OPERATION $MAILBACKUP_LEVEL" >> "$1/heard" """), level, Folder);
        await _node.ScanAsync();
        File.Delete(Directory.GetFiles(_node.Server.Root, "*:2,*", SearchOption.AllDirectories).Single());
        Assert.Equal(OperationState.Completed, (await _node.RunAsync(new RestoreRequest { Account = "alice@example.com" })).State);
        foreach (string bundle in Directory.GetFiles(Path.Combine(_node.BackupPath, "items"), "*.gz", SearchOption.AllDirectories))
        {
            File.Delete(bundle);
        }

        Assert.Equal(OperationState.CompletedWithErrors, (await _node.RunAsync(new CheckRequest())).State);
        Assert.Equal(heard, File.ReadAllLines(_node["hook/heard"]));
    }

    [Fact]
    public async Task One_that_others_could_replace_is_never_run()
    {
        string hook = Hook("touch \"$1/ran\"");
        Refused("hook", "is no absolute path");
        Refused(_node["hook/none"], "is not there");
        Refused(Folder, "is no program");
        File.SetUnixFileMode(hook, UnixFileMode.UserRead);
        Refused(hook, "is no program");

        // Fit when it was set; then somebody opens it, then its folder.
        const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        File.SetUnixFileMode(hook, Mine);
        Configure(hook, NotificationLevel.Information, Folder);
        File.SetUnixFileMode(hook, Mine | UnixFileMode.GroupWrite);
        await UnusableAsync();
        File.SetUnixFileMode(hook, Mine);
        File.SetUnixFileMode(Folder, Mine | UnixFileMode.OtherWrite);
        await UnusableAsync();
        File.SetUnixFileMode(Folder, Mine);
        await _node.ScanAsync();
        Assert.True(File.Exists(_node["hook/ran"]));

        // By a link it is the file at its end that counts.
        File.CreateSymbolicLink(_node["link"], hook);
        Configure(_node["link"], NotificationLevel.Information, Folder);

        async Task UnusableAsync()
        {
            var scan = await _node.RunAsync(new ScanRequest());
            Assert.Equal(OperationState.Completed, scan.State);
            Assert.Contains("could be replaced", Assert.Single(scan.Report!.Warnings), StringComparison.Ordinal);
            Assert.False(File.Exists(_node["hook/ran"]));
        }
    }

    [Fact]
    public async Task It_can_be_tried_and_is_part_of_the_configuration()
    {
        Assert.Equal(ErrorIds.NotificationNotSet, (await Assert.ThrowsAsync<MailBackupException>(() => _node.Node.RunTestHookAsync(default))).ErrorId);
        Configure(Hook("""grep -q '"event":"Test"' && exit 3"""), NotificationLevel.Critical, "a", "b c");
        var error = await Assert.ThrowsAsync<MailBackupException>(() => _node.Node.RunTestHookAsync(default));
        Assert.Equal(ErrorIds.HookFailed, error.ErrorId);
        Assert.Contains("ended with 3", error.Message, StringComparison.Ordinal);
        var before = _node.Node.Configuration;
        _node.Reopen();
        Assert.Equal(before, _node.Node.Configuration);
        Assert.Equal(["a", "b c"], _node.Node.Configuration.Notification.HookArguments);

        // That it has gone does not stand in the way of anything else.
        File.Delete(_node["hook/run"]);
        _node.Node.SetRealtime(enabled: true);
    }

    private string Folder => _node["hook"];

    private void Refused(string command, string why)
    {
        var error = Assert.Throws<MailBackupException>(() => Configure(command, NotificationLevel.Warning));
        Assert.Equal(ErrorIds.HookUnusable, error.ErrorId);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    private void Configure(string command, NotificationLevel level, params string[] arguments) => Configure(command, level, 30, arguments);

    private void Configure(string command, NotificationLevel level, int seconds, params string[] arguments) => _node.Node.UpdateConfiguration(c => c with
    {
        SearchIndex = false,
        Notification = new NotificationConfiguration { HookCommand = command, HookArguments = arguments, HookTimeoutSeconds = seconds, Level = level },
    });

    private string Hook(string script)
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(_node["hook/run"], $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(_node["hook/run"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return _node["hook/run"];
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
