using System.Diagnostics;

namespace MailBackup.Tests.Support;

/// <summary>The real <c>mailbackup</c> command in a process of its own.</summary>
internal static class CommandProcess
{
    public static Process Start(string home, params string[] arguments)
    {
        string host = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";
        var start = new ProcessStartInfo(host, ["exec", Path.Combine(AppContext.BaseDirectory, "mailbackup.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["MAILBACKUP_HOME"] = home },
        };
        return Process.Start(start)!;
    }

    /// <summary>Waits for the end and gives what was said.</summary>
    public static async Task<(int Code, string Output, string Error)> EndAsync(this Process process)
    {
        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (process.ExitCode, await output, await error);
        }
    }
}
