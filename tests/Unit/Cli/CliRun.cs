using System.Text;
using System.Text.Json;
using MailBackup.Cli;

namespace MailBackup.Tests.Cli;

/// <summary>One run of the command within the test's process, and what came out of it.</summary>
internal sealed record CliRun(int Code, byte[] Output, string Error)
{
    public string Text => Encoding.UTF8.GetString(Output);

    public string[] Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public JsonElement[] Json => [.. Lines.Select(Parse)];

    public string? ErrorId => Error.Trim() is ['{', ..] text ? Parse(text).GetProperty("error").GetString() : null;

    public static async Task<CliRun> StartAsync(IReadOnlyDictionary<string, string> environment, params string[] args)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var host = new CommandHost { Output = output, Error = error, Environment = environment.GetValueOrDefault };
        int code = await Task.Run(() => CommandLine.Run(args, host));
        return new CliRun(code, output.ToArray(), error.ToString());
    }

    public static Task<CliRun> StartAsync(params string[] args) => StartAsync(new Dictionary<string, string>(), args);

    private static JsonElement Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }
}
