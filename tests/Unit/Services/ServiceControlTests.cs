using System.Collections.Concurrent;
using System.Diagnostics;
using MailBackup.Services;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Services;

/// <summary>No service is left behind that nobody expects.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ServiceControlTests : IDisposable, IServiceLog
{
    private readonly NodeFixture _node = new();
    private readonly ConcurrentQueue<string> _log = [];

    public void Dispose() => _node.Dispose();

    void IServiceLog.Write(ServiceLogLevel level, string message) => _log.Enqueue($"{level} {message}");

    [Fact]
    public async Task One_that_does_not_come_up_is_ended_and_its_words_are_told()
    {
        var error = await Assert.ThrowsAsync<MailBackupException>(() => _node.Node.StartServiceAsync(Command("echo the reason >&2; exit 3"), default));
        Assert.Equal(ErrorIds.ServiceNotStarted, error.ErrorId);
        Assert.Contains("It said: the reason", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_detached_process_is_alive_until_it_has_ended()
    {
        string log = _node["detached.log"];
        var process = await DetachedProcess.StartAsync(["/bin/sh", "-c", "echo begun >&2; trap '' TERM; while :; do sleep 0.1; done"], log, ("X", "y"), default);
        for (int i = 0; process.LastWords is null; i++)
        {
            Assert.True(i < 500);
            await Task.Delay(10);
        }

        Assert.True(process.IsAlive);
        Assert.Equal("begun", process.LastWords);
        await process.EndAsync();
        Assert.False(process.IsAlive);
        var next = await DetachedProcess.StartAsync(["/bin/true"], log, ("X", "y"), default);
        await process.EndAsync();
        Assert.Null(next.LastWords);
    }

    [Fact]
    public async Task No_wish_is_lost_at_whatever_moment_it_comes()
    {
        var files = _node.Node.ServiceFiles;
        using var held = files.TryHold();
        using var end = new CancellationTokenSource();
        int taken = 0;
        var service = Task.Factory.StartNew(
            () =>
            {
                while (!end.IsCancellationRequested)
                {
                    if (files.TakeRequest() is { } wish)
                    {
                        Assert.Equal(ServiceFiles.Stop, wish);
                        Interlocked.Increment(ref taken);
                    }
                }
            },
            default,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        for (int n = 1; n <= 3000; n++)
        {
            files.Ask(ServiceFiles.Stop);
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref taken) == n, TimeSpan.FromSeconds(30)), $"The wish number {n} was lost.");
        }

        await end.CancelAsync();
        await service;
    }

    [Fact]
    public async Task Several_that_look_whether_a_service_runs_do_not_take_one_another_for_it()
    {
        using (_node.Node.ServiceFiles.TryHold())
        {
            Assert.Equal(ServiceState.Starting, _node.Node.ServiceFiles.Read().State);
        }

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (int i = 0; i < 2000; i++)
                {
                    Assert.Equal(ServiceState.Stopped, _node.Node.ServiceFiles.Read().State);
                }
            },
            default,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
    }

    [Fact]
    public async Task A_wish_of_while_it_started_is_heard_and_one_to_its_predecessor_is_not()
    {
        var files = _node.Node.ServiceFiles;
        files.Ask(ServiceFiles.Stop);
        await Task.Delay(100);
        using (files.TryHold())
        {
            Assert.Null(files.TakeRequest());
            files.Ask(ServiceFiles.Stop);
            Assert.Equal(ServiceFiles.Stop, files.TakeRequest());
            Assert.Null(files.TakeRequest());
        }
    }

    [Fact]
    public async Task It_ends_when_its_backup_path_goes()
    {
        using var service = new BackupService(_node.Node, this, new SystemdNotifier(_ => null));
        var running = Task.Run(() => service.RunAsync(default));
        var clock = Stopwatch.StartNew();
        while (_node.Node.GetService().State != ServiceState.Running)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30));
            await Task.Delay(20);
        }

        Directory.Move(_node.BackupPath, _node["moved"]);
        Assert.Equal(ServiceEnd.Lost, await running.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains(_log, l => l.StartsWith("Critical", StringComparison.Ordinal) && l.Contains("has gone", StringComparison.Ordinal));
    }

    private string Command(string script)
    {
        File.WriteAllText(_node["mailbackup"], $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(_node["mailbackup"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return _node["mailbackup"];
    }
}
