using System.Text.Json;
using MailBackup.Configuration;
using MailBackup.Operations;

namespace MailBackup.Notifications;

/// <summary>One thing that administrators may want to hear of.</summary>
/// <param name="Event">What happened, for programs: <c>OperationStarted</c>, <c>OperationEnded</c>, <c>ScanMissed</c>, <c>ScanRecovered</c>, <c>Test</c>.</param>
/// <param name="Subject">One line for people.</param>
/// <param name="Text">All of it for people, with lines as mails have them.</param>
/// <param name="Operation">The one that it is about, if any.</param>
internal sealed record Notice(NotificationLevel Level, string Event, string Subject, string Text, Operation? Operation = null)
{
    public static string Prefix => $"MailBackup on {Environment.MachineName}: ";

    /// <summary>What a hook reads from its standard input: one object.</summary>
    public string ToJson(string backupPath) => JsonText.Write(json =>
    {
        json.WriteString("event", Event);
        json.WriteString("level", Level.ToString());
        json.WriteString("host", Environment.MachineName);
        json.WriteString("backupPath", backupPath);
        json.WriteString("time", DateTimeOffset.UtcNow);
        json.WriteString("subject", Subject);
        json.WriteString("text", Text.ReplaceLineEndings("\n"));
        if (Operation is { } operation)
        {
            json.WriteStartObject("operation");
            Write(json, operation);
            json.WriteEndObject();
        }
    });

    private static void Write(Utf8JsonWriter json, Operation operation)
    {
        json.WriteString("id", operation.Id);
        json.WriteString("kind", operation.Kind.ToString());
        json.WriteString("state", operation.State.ToString());
        json.WriteString("queued", operation.Queued.UtcDateTime);
        Time("started", operation.Started);
        Time("ended", operation.Ended);
        json.WriteOptional("errorId", operation.ErrorId);
        json.WriteOptional("error", operation.Error);
        json.WritePropertyName("request");
        json.WriteRawValue(operation.Parameters);
        if (operation.Report is { } report)
        {
            json.WritePropertyName("report");
            json.WriteRawValue(OperationJson.Write(report));
        }

        void Time(string name, DateTimeOffset? time)
        {
            if (time is { } value)
            {
                json.WriteString(name, value.UtcDateTime);
            }
        }
    }
}
