using System.Diagnostics;
using System.Globalization;

namespace MailBackup.Services;

/// <summary>A process that outlives the one that starts it: no terminal, no pipe, a session of its own; what it says goes to a file.</summary>
internal sealed class DetachedProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly int _id;
    private readonly string _log;
    private readonly long _logBegan;

    private DetachedProcess(int id, string log, long logBegan)
    {
        _id = id;
        _log = log;
        _logBegan = logBegan;
    }

    /// <param name="command">The program and its arguments.</param>
    public static async Task<DetachedProcess> StartAsync(IReadOnlyList<string> command, string log, (string Name, string Value) variable, CancellationToken token)
    {
        long began = File.Exists(log) ? new FileInfo(log).Length : 0;
        var start = new ProcessStartInfo("/bin/sh", ["-c", """setsid "$0" "$@" </dev/null >/dev/null 2>>"$MAILBACKUP_LOG" & echo $!""", .. command])
        {
            RedirectStandardOutput = true,
            Environment = { [variable.Name] = variable.Value, ["MAILBACKUP_LOG"] = log },
        };
        using var shell = Process.Start(start)!;
        string id = await shell.StandardOutput.ReadToEndAsync(token).ConfigureAwait(false);
        await shell.WaitForExitAsync(token).ConfigureAwait(false);
        return new DetachedProcess(int.Parse(id, CultureInfo.InvariantCulture), log, began);
    }

    /// <summary>False once it has ended, also when nobody has collected it.</summary>
    public bool IsAlive
    {
        get
        {
            try
            {
                string status = File.ReadAllText($"/proc/{_id}/stat");
                return status[status.LastIndexOf(')')..] is not [_, _, 'Z' or 'X', ..];
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <summary>The last line that it has said; null when it has said nothing.</summary>
    public string? LastWords
    {
        get
        {
            try
            {
                using var file = new FileStream(_log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                file.Seek(_logBegan, SeekOrigin.Begin);
                using var reader = new StreamReader(file);
                return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [.., var last] ? last : null;
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    /// <summary>Ends it: asked first, then made to.</summary>
    public async Task EndAsync()
    {
        foreach (string signal in (string[])["TERM", "KILL"])
        {
            if (IsAlive)
            {
                using var kill = Process.Start("kill", ["-s", signal, _id.ToString(CultureInfo.InvariantCulture)]);
                await kill.WaitForExitAsync().ConfigureAwait(false);
                for (long begun = Stopwatch.GetTimestamp(); IsAlive && Stopwatch.GetElapsedTime(begun) < Patience;)
                {
                    await Task.Delay(Look).ConfigureAwait(false);
                }
            }
        }
    }
}
