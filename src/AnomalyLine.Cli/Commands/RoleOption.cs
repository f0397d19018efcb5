using System.CommandLine;
using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Commands;

/// <summary>Roles on the command line.</summary>
internal static class RoleOption
{
    /// <summary>The roles of users, by the contract's order.</summary>
    public static readonly string[] OfUsers = [nameof(Role.Viewer), nameof(Role.Operator), nameof(Role.Engineer), nameof(Role.Administrator)];

    public static Option<string> Create(params string[] roles) => new Option<string>("--role") { Description = "What they may do.", Required = true }.OneOf(roles);

    public static Role Parse(string word) => Enum.Parse<Role>(word);
}
