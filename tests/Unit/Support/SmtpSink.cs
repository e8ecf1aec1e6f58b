using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace MailBackup.Tests.Support;

/// <summary>A mail relay on the loopback address that takes mails, and may ask for a password, and keeps what it was given.</summary>
public sealed class SmtpSink : IDisposable
{
    private readonly LoopbackListener _listener;
    private readonly ConcurrentQueue<Mail> _mails = new();
    private readonly bool _login;

    public SmtpSink(bool login = false)
    {
        _login = login;
        _listener = new LoopbackListener(ServeAsync);
    }

    public int Port => _listener.Port;

    public IReadOnlyList<Mail> Mails => [.. _mails];

    /// <summary>User and password of the last login, as they were sent.</summary>
    public string? Login { get; private set; }

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(TcpClient client, CancellationToken end)
    {
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        await using var writer = new StreamWriter(client.GetStream(), Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 sink");
        var recipients = new List<string>();
        while (await reader.ReadLineAsync(end) is { } line)
        {
            switch (line.Split(' ')[0].ToUpperInvariant())
            {
                case "EHLO" when _login:
                    await writer.WriteLineAsync("250-sink\r\n250 AUTH LOGIN");
                    break;
                case "AUTH":
                    string user = line.Split(' ').ElementAtOrDefault(2) ?? await AskAsync(reader, writer, "VXNlcm5hbWU6");
                    string password = await AskAsync(reader, writer, "UGFzc3dvcmQ6");
                    Login = $"{Text(user)}:{Text(password)}";
                    await writer.WriteLineAsync("235 welcome");
                    break;
                case "RCPT":
                    recipients.Add(line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)]);
                    await writer.WriteLineAsync("250 ok");
                    break;
                case "DATA":
                    await writer.WriteLineAsync("354 go on");
                    _mails.Enqueue(await ReadMailAsync(reader, recipients));
                    await writer.WriteLineAsync("250 taken");
                    break;
                case "QUIT":
                    await writer.WriteLineAsync("221 bye");
                    return;
                default:
                    await writer.WriteLineAsync("250 ok");
                    break;
            }
        }
    }

    private static async Task<string> AskAsync(StreamReader reader, StreamWriter writer, string question)
    {
        await writer.WriteLineAsync("334 " + question);
        return await reader.ReadLineAsync() ?? "";
    }

    private static async Task<Mail> ReadMailAsync(StreamReader reader, List<string> recipients)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync() is { } line && line != ".")
        {
            lines.Add(line);
        }

        int empty = lines.IndexOf("");
        string header = string.Join('\n', lines[..empty]);
        string body = string.Concat(lines[(empty + 1)..]);
        string subject = string.Join(' ', header.Split('\n').SkipWhile(l => !l.StartsWith("Subject:", StringComparison.Ordinal)).TakeWhile((l, i) => i == 0 || l.StartsWith(' ')));
        var mail = new Mail([.. recipients], DecodeWords(subject["Subject: ".Length..]), header.Contains("base64", StringComparison.Ordinal) ? Text(body) : string.Join('\n', lines[(empty + 1)..]));
        recipients.Clear();
        return mail;
    }

    private static string Text(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));

    private static string DecodeWords(string text) => string.Concat(
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => w.StartsWith("=?utf-8?B?", StringComparison.OrdinalIgnoreCase) ? Text(w[10..^2]) : w + " ")).Trim();

    public sealed record Mail(IReadOnlyList<string> Recipients, string Subject, string Body);
}
