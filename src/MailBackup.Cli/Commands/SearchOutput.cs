using System.Text.Json;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;
using MailBackup.Searching;
using MailBackup.Storage;

namespace MailBackup.Cli.Commands;

/// <summary>Writes what a search found as it comes; accounts are mixed, because the best come first.</summary>
internal static class SearchOutput
{
    public static int Write(Session session, IEnumerable<FoundItem> found, SearchQuery query)
    {
        if (session.Json)
        {
            foreach (var item in found)
            {
                session.Output.JsonLine(WriteJson, item);
            }

            return ExitCode.Done;
        }

        bool severalAccounts = query.Accounts.Count != 1;
        bool withState = query.Selection != ItemSelection.Living;
        var table = new Table(session.Output, session.Width, Columns(severalAccounts, withState));
        foreach (var (item, _) in found)
        {
            List<string> cells =
            [
                item.Id.ToString(), ItemOutput.Date(session, item.Date), Quantity.Size(item.Size), item.Folder, item.From, item.Subject,
            ];
            if (withState)
            {
                cells.Insert(1, item.Deleted ? "deleted" : item.End is null ? "" : "past");
            }

            if (severalAccounts)
            {
                cells.Insert(0, item.Account);
            }

            table.Row([.. cells]);
        }

        table.Complete();
        return ExitCode.Done;
    }

    private static Column[] Columns(bool severalAccounts, bool withState)
    {
        List<Column> columns =
        [
            new("id", Right: true), new("date"), new("size", Right: true), new("folder", Minimum: 8), new("from", Minimum: 10), new("subject", Minimum: 12),
        ];
        if (withState)
        {
            columns.Insert(1, new("state"));
        }

        if (severalAccounts)
        {
            columns.Insert(0, new("account", Minimum: 12));
        }

        return [.. columns];
    }

    private static void WriteJson(Utf8JsonWriter json, FoundItem found)
    {
        json.WriteStartObject();
        ItemJson.WriteProperties(json, found.Item);
        json.WriteNumber("score", Math.Round(found.Score, 3));
        json.WriteEndObject();
    }
}
