using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using MailBackup.Configuration;

namespace MailBackup.Notifications;

/// <summary>
/// Runs the configured program with a notification: no shell, the notification as JSON on its standard input, the essentials in its environment. It has a
/// limited time, because the operation that it is told of waits for it.
/// </summary>
internal sealed class HookRunner(NotificationConfiguration configuration, string backupPath)
{
    private const int SaidAtMost = 300;
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    /// <summary>Errors: <c>HookUnusable</c>, <c>HookFailed</c>.</summary>
    public async Task RunAsync(Notice notice, CancellationToken token)
    {
        string command = configuration.HookCommand!;
        using var process = Start(HookFile.Resolve(command), notice);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(TimeSpan.FromSeconds(configuration.HookTimeoutSeconds));
        var said = new StringBuilder();
        var output = Task.WhenAll(DrainAsync(process.StandardError, said), DrainAsync(process.StandardOutput, null));
        try
        {
            await TellAsync(process, notice, limit.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            token.ThrowIfCancellationRequested();
            throw Failed(command, FormattableString.Invariant($"was ended after {configuration.HookTimeoutSeconds} s"));
        }

        // What it has left running in the background may hold its output open for ever.
        await output.WaitAsync(LastWords, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (process.ExitCode != 0)
        {
            string words;
            lock (said)
            {
                words = said.ToString().Trim().ReplaceLineEndings(" ");
            }

            throw Failed(command, FormattableString.Invariant($"ended with {process.ExitCode}{(words.Length > 0 ? ": " + words : "")}"));
        }
    }

    private Process Start(string program, Notice notice)
    {
        var start = new ProcessStartInfo(program, configuration.HookArguments)
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        };

        // Passwords of the mail server and the relay are none of its business.
        foreach (string secret in start.Environment.Keys.Where(k => k.StartsWith("MAILBACKUP_", StringComparison.Ordinal) && k.Contains("PASSWORD", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(secret);
        }

        start.Environment["MAILBACKUP_EVENT"] = notice.Event;
        start.Environment["MAILBACKUP_LEVEL"] = notice.Level.ToString();
        start.Environment["MAILBACKUP_PATH"] = backupPath;
        start.Environment["MAILBACKUP_OPERATION"] = notice.Operation?.Kind.ToString() ?? "";
        start.Environment["MAILBACKUP_OPERATION_ID"] = notice.Operation?.Id.ToString() ?? "";
        start.Environment["MAILBACKUP_STATE"] = notice.Operation?.State.ToString() ?? "";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw Failed(configuration.HookCommand!, "cannot be started: " + e.Message, e);
        }
    }

    /// <summary>One that does not want to know is no failure.</summary>
    private async Task TellAsync(Process process, Notice notice, CancellationToken token)
    {
        try
        {
            using var input = process.StandardInput.BaseStream;
            await input.WriteAsync(Encoding.UTF8.GetBytes(notice.ToJson(backupPath) + "\n"), token).ConfigureAwait(false);
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Reads to the end, so that it never waits for a reader, and keeps the beginning.</summary>
    private static async Task DrainAsync(StreamReader reader, StringBuilder? kept)
    {
        var buffer = new char[1024];
        try
        {
            while (await reader.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var count)
            {
                if (kept is not null)
                {
                    lock (kept)
                    {
                        kept.Append(buffer, 0, Math.Min(count, SaidAtMost - kept.Length));
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It is over.
        }
    }

    private static MailBackupException Failed(string command, string problem, Exception? inner = null) => new(
        ErrorIds.HookFailed, $"The hook {command} {problem}.", "Try it with 'mailbackup config --test-hook'.", command, inner);
}
