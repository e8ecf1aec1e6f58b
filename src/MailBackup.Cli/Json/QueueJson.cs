using System.Text.Json;
using MailBackup.Operations;

namespace MailBackup.Cli.Json;

/// <summary>A row of the queue or of the history.</summary>
internal static class QueueJson
{
    public static void Write(Utf8JsonWriter json, Operation operation)
    {
        json.WriteStartObject();
        json.WriteString("id", operation.Id);
        json.WriteString("kind", operation.Kind.ToString());
        json.WriteString("state", operation.State.ToString());
        json.WriteMoment("queued", operation.Queued);
        json.WriteMoment("started", operation.Started);
        json.WriteMoment("ended", operation.Ended);
        json.WriteNumber("process", operation.ProcessId);
        json.WriteBoolean("stopRequested", operation.StopRequested);
        json.WriteString("error", operation.ErrorId);
        json.WriteString("message", operation.Error);
        json.WritePropertyName("progress");
        WriteProgress(json, operation.Progress);
        json.WritePropertyName("report");
        if (operation.Report is { } report)
        {
            json.WriteStartObject();
            ReportJson.WriteProperties(json, operation.Kind, report);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteEndObject();
    }

    private static void WriteProgress(Utf8JsonWriter json, OperationProgress? progress)
    {
        if (progress is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteString("activity", progress.Activity);
        json.WriteString("account", progress.Account);
        json.WriteNumber("accountsDone", progress.AccountsDone);
        json.WriteNumber("accountsTotal", progress.AccountsTotal);
        json.WriteNumber("itemsDone", progress.ItemsDone);
        json.WriteNumberOrNull("itemsTotal", progress.ItemsTotal);
        json.WriteNumber("bytesDone", progress.BytesDone);
        json.WriteNumberOrNull("seconds", progress.Seconds);
        json.WriteNumberOrNull("secondsLeft", progress.SecondsLeft);
        json.WriteNumberOrNull("percent", progress.Percent);
        json.WriteEndObject();
    }
}
